import KubeCore

/// Pods as a busy mesh has them: about 10 KB of JSON each, sidecar and managed fields included; the same for the same
/// number, so that every run measures the same bytes.
enum SamplePods {
    /// A list of pods as the API server sends it.
    static func list(_ count: Int) -> [UInt8] {
        var bytes = Array(
            #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1000000"},"items":["#.utf8)
        for number in 0..<count {
            if number > 0 { bytes.append(UInt8(ascii: ",")) }
            pod(number).serialize(into: &bytes)
        }
        bytes += Array("]}".utf8)
        return bytes
    }

    /// One pod.
    static func pod(_ number: Int) -> JSONValue {
        let namespace = "team-\(number % 40)"
        let application = "service-\(number % 400)"
        let name = "\(application)-7d9f8b6c5d-\(String(number, radix: 36))"
        let metadata: JSONValue = [
            "name": .string(name), "generateName": .string("\(application)-7d9f8b6c5d-"),
            "namespace": .string(namespace),
            "uid": .string("00000000-0000-4000-8000-\(String(100_000_000_000 + number))"),
            "resourceVersion": .string(String(900_000 + number)), "creationTimestamp": "2026-08-22T10:00:00Z",
            "labels": [
                "app": .string(application), "version": "v1", "pod-template-hash": "7d9f8b6c5d",
                "security.istio.io/tlsMode": "istio", "service.istio.io/canonical-name": .string(application),
                "service.istio.io/canonical-revision": "v1", "topology.kubernetes.io/zone": "zone-a",
            ],
            "annotations": [
                "istio.io/rev": "default", "kubectl.kubernetes.io/default-container": "app",
                "prometheus.io/path": "/stats/prometheus", "prometheus.io/port": "15020",
                "prometheus.io/scrape": "true",
                "sidecar.istio.io/status":
                    #"{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["workload-socket","credential-socket","workload-certs","istio-envoy","istio-data","istio-podinfo","istio-token","istiod-ca-cert"],"imagePullSecrets":null,"revision":"default"}"#,
            ],
            "ownerReferences": [
                [
                    "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string("\(application)-7d9f8b6c5d"),
                    "uid": "11111111-0000-4000-8000-000000000000", "controller": true, "blockOwnerDeletion": true,
                ]
            ],
            "managedFields": managedFields,
        ]
        return [
            "metadata": metadata,
            "spec": [
                "volumes": volumes,
                "initContainers": [container("istio-init", "proxyv2:1.30.3", ports: [], isProbed: false)],
                "containers": [
                    container("app", "example.com/\(application):1.2.3", ports: [8080, 9090]),
                    container("istio-proxy", "proxyv2:1.30.3", ports: [15090]),
                ],
                "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
                "serviceAccountName": .string(application), "serviceAccount": .string(application),
                "nodeName": .string("node-\(number % 100)"), "securityContext": [:],
                "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true,
                "preemptionPolicy": "PreemptLowerPriority",
                "tolerations": [
                    [
                        "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
                        "tolerationSeconds": 300,
                    ],
                    [
                        "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
                        "tolerationSeconds": 300,
                    ],
                ],
            ],
            "status": [
                "phase": "Running", "hostIP": "10.0.0.1",
                "podIP": .string("10.1.\(number / 250 % 250).\(number % 250)"),
                "podIPs": [["ip": .string("10.1.\(number / 250 % 250).\(number % 250)")]],
                "startTime": "2026-08-22T10:00:01Z", "qosClass": "Burstable",
                "conditions": .array(
                    ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map {
                        [
                            "type": .string($0), "status": "True", "lastProbeTime": .null,
                            "lastTransitionTime": "2026-08-22T10:00:05Z",
                        ]
                    }),
                "containerStatuses": .array(
                    ["app", "istio-proxy"].map { name -> JSONValue in
                        [
                            "name": .string(name), "ready": true, "started": true, "restartCount": 0,
                            "state": ["running": ["startedAt": "2026-08-22T10:00:04Z"]], "lastState": [:],
                            "image": .string("example.com/\(name):1.2.3"),
                            "imageID": .string("example.com/\(name)@sha256:\(String(repeating: "ab", count: 32))"),
                            "containerID": .string("containerd://\(String(repeating: "cd", count: 32))"),
                        ]
                    }),
            ],
        ]
    }

    private static func container(
        _ name: String, _ image: String, ports: [Int64], isProbed: Bool = true
    ) -> JSONValue {
        var container: JSONValue = [
            "name": .string(name), "image": .string(image),
            "ports": .array(
                ports.map { ["name": .string("port-\($0)"), "containerPort": .integer($0), "protocol": "TCP"] }),
            "env": .array(
                (0..<12).map { number -> JSONValue in
                    number % 3 == 0
                        ? [
                            "name": .string("VARIABLE_\(number)"),
                            "valueFrom": ["fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"]],
                        ]
                        : ["name": .string("VARIABLE_\(number)"), "value": .string("the value of variable \(number)")]
                }),
            "resources": [
                "limits": ["cpu": "2", "memory": "1Gi"], "requests": ["cpu": "100m", "memory": "128Mi"],
            ],
            "volumeMounts": .array(
                ["workload-socket", "istio-envoy", "istio-data", "istio-token", "istiod-ca-cert"].map {
                    ["name": .string($0), "mountPath": .string("/var/run/secrets/\($0)")]
                }),
            "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            "imagePullPolicy": "IfNotPresent",
            "securityContext": [
                "capabilities": ["drop": ["ALL"]], "privileged": false, "runAsUser": 1337, "runAsGroup": 1337,
                "runAsNonRoot": true, "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false,
            ],
        ]
        // The API server refuses probes of containers that end before the pod starts.
        if isProbed {
            container["readinessProbe"] = [
                "httpGet": ["path": "/healthz/ready", "port": 15021, "scheme": "HTTP"], "timeoutSeconds": 3,
                "periodSeconds": 15, "successThreshold": 1, "failureThreshold": 4,
            ]
        }
        return container
    }

    private static let volumes: JSONValue = .array(
        ["workload-socket", "credential-socket", "workload-certs", "istio-envoy", "istio-data", "istio-podinfo"].map {
            ["name": .string($0), "emptyDir": [:]]
        } + [
            ["name": "istiod-ca-cert", "configMap": ["name": "istio-ca-root-cert", "defaultMode": 420]],
            [
                "name": "istio-token",
                "projected": [
                    "sources": [
                        [
                            "serviceAccountToken": [
                                "audience": "istio-ca", "expirationSeconds": 43_200, "path": "istio-token",
                            ]
                        ]
                    ], "defaultMode": 420,
                ],
            ],
        ])

    private static let managedFields: JSONValue = {
        func fields(_ names: [String]) -> JSONValue {
            var object = JSONObject()
            for name in names { object["f:\(name)"] = [:] }
            return .object(object)
        }
        let containerFields = fields([
            "env", "image", "imagePullPolicy", "name", "ports", "readinessProbe", "resources", "securityContext",
            "terminationMessagePath", "terminationMessagePolicy", "volumeMounts",
        ])
        return [
            [
                "manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1",
                "time": "2026-08-22T10:00:00Z", "fieldsType": "FieldsV1",
                "fieldsV1": [
                    "f:metadata": [
                        "f:annotations": fields(["istio.io/rev", "prometheus.io/path", "prometheus.io/port"]),
                        "f:labels": fields(["app", "version", "pod-template-hash"]),
                    ],
                    "f:spec": [
                        "f:containers": [
                            "k:{\"name\":\"app\"}": containerFields, "k:{\"name\":\"istio-proxy\"}": containerFields,
                        ], "f:initContainers": ["k:{\"name\":\"istio-init\"}": containerFields],
                        "f:dnsPolicy": [:], "f:enableServiceLinks": [:], "f:restartPolicy": [:],
                    ],
                ],
            ],
            [
                "manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": "2026-08-22T10:00:05Z",
                "subresource": "status", "fieldsType": "FieldsV1",
                "fieldsV1": [
                    "f:status": fields(["conditions", "containerStatuses", "hostIP", "phase", "podIP", "podIPs"])
                ],
            ],
        ]
    }()
}
