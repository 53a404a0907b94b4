import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("Fields that we set, compared with what is there")
struct OwnedFieldsTests {
    private func differences(
        _ kind: String, _ apiVersion: String, _ desired: JSONObject, _ live: JSONObject, except: [String] = []
    ) -> [String] {
        let pointers = except.compactMap { FieldPointer($0) }
        return OwnedFields.differences(
            desired: object(kind, "a", namespace: "n", apiVersion: apiVersion, desired),
            live: object(kind, "a", namespace: "n", apiVersion: apiVersion, live)
        ) { path in pointers.contains { $0.covers(path) } }
        .map(\.path.description)
    }

    @Test("what others add is no difference: fields, labels, annotations, status, elements of shared lists")
    func additions() {
        var live = object(
            "Deployment", "a", namespace: "n", apiVersion: "apps/v1",
            [
                "spec": [
                    "replicas": 3, "revisionHistoryLimit": 10,
                    "template": [
                        "spec": [
                            "restartPolicy": "Always",
                            "containers": [
                                ["name": "injected", "image": "x"],
                                [
                                    "name": "main", "image": "a:1", "imagePullPolicy": "IfNotPresent",
                                    "ports": [
                                        ["containerPort": 9090, "protocol": "UDP"],
                                        ["containerPort": 80, "protocol": "TCP"],
                                    ],
                                    "env": [["name": "B", "value": "2"], ["name": "A", "value": "1"]],
                                ],
                            ],
                        ]
                    ],
                ],
                "status": ["replicas": 3],
            ])
        live.labels = ["ours": "1", "theirs": "2"]
        live.annotations = ["deployment.kubernetes.io/revision": "1"]
        var desired = object(
            "Deployment", "a", namespace: "n", apiVersion: "apps/v1",
            [
                "spec": [
                    "template": [
                        "spec": [
                            "containers": [
                                [
                                    "name": "main", "image": "a:1", "ports": [["containerPort": 80]],
                                    "env": [["name": "A", "value": "1"]],
                                ]
                            ]
                        ]
                    ]
                ]
            ])
        desired.labels = ["ours": "1"]
        #expect(OwnedFields.differences(desired: desired, live: live).isEmpty)
    }

    @Test("a changed, missing or emptied field is a difference, told by its path")
    func changes() {
        #expect(differences("ConfigMap", "v1", ["data": ["a": "1"]], ["data": ["a": "2"]]) == ["/data/a"])
        #expect(differences("ConfigMap", "v1", ["data": ["a": "1", "b": "2"]], ["data": ["a": "1"]]) == ["/data/b"])
        #expect(differences("ConfigMap", "v1", ["data": ["a": "1"]], [:]) == ["/data/a"])
        #expect(
            differences(
                "Deployment", "apps/v1",
                ["spec": ["template": ["spec": ["containers": [["name": "a", "image": "x"]]]]]],
                ["spec": ["template": ["spec": ["containers": [["name": "b", "image": "x"]]]]]])
                == ["/spec/template/spec/containers/0"])
        #expect(
            differences(
                "ClusterRole", "rbac.authorization.k8s.io/v1", ["rules": [["verbs": ["get"]]]],
                ["rules": [["verbs": ["get", "delete"]]]]) == ["/rules/0/verbs"])
        #expect(
            differences(
                "NetworkPolicy", "networking.k8s.io/v1", ["spec": ["ingress": [["ports": [["port": 80]]]]]],
                ["spec": ["ingress": [["ports": [["port": 80, "protocol": "TCP"]]], [:]]]]) == ["/spec/ingress"])
    }

    @Test("a label or annotation that was taken away is a difference")
    func metadata() {
        var desired = object("ConfigMap", "a")
        desired.labels = ["app": "x"]
        #expect(
            OwnedFields.differences(desired: desired, live: object("ConfigMap", "a")).map(\.path.description)
                == ["/metadata/labels/app"])
    }

    @Test("what the server writes in another form is no difference")
    func forms() {
        #expect(
            differences(
                "Deployment", "apps/v1",
                [
                    "spec": [
                        "template": [
                            "spec": [
                                "hostNetwork": false, "nodeSelector": .object([:]), "tolerations": [],
                                "containers": [
                                    [
                                        "name": "a",
                                        "resources": [
                                            "limits": ["cpu": "1000m", "memory": "1024Mi"], "requests": ["cpu": 2],
                                        ],
                                    ]
                                ],
                            ]
                        ]
                    ]
                ],
                [
                    "spec": [
                        "template": [
                            "spec": [
                                "containers": [
                                    [
                                        "name": "a",
                                        "resources": [
                                            "limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "2"],
                                        ],
                                    ]
                                ]
                            ]
                        ]
                    ]
                ]) == [])
    }

    @Test("equal amounts are only equal where the API has amounts")
    func versionsAreNoQuantities() {
        #expect(differences("ConfigMap", "v1", ["data": ["v": "1.30"]], ["data": ["v": "1.3"]]) == ["/data/v"])
    }

    @Test("ports of a Service are told apart by port and protocol, TCP being the default")
    func servicePorts() {
        #expect(
            differences(
                "Service", "v1", ["spec": ["ports": [["port": 53, "name": "dns"], ["port": 80, "name": "http"]]]],
                [
                    "spec": [
                        "ports": [
                            ["port": 53, "protocol": "UDP", "name": "other"],
                            ["port": 80, "protocol": "TCP", "name": "http", "nodePort": 30080],
                            ["port": 53, "protocol": "TCP", "name": "dns"],
                        ]
                    ]
                ]) == [])
    }

    @Test("fields that are left alone do not count, others in the same object do")
    func leftAlone() {
        let desired: JSONObject = [
            "webhooks": [["name": "a", "failurePolicy": "Ignore", "clientConfig": ["service": ["name": "istiod"]]]]
        ]
        let live: JSONObject = [
            "webhooks": [
                [
                    "name": "a", "failurePolicy": "Fail",
                    "clientConfig": ["service": ["name": "other"], "caBundle": "x"],
                ]
            ]
        ]
        #expect(
            differences(
                "ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1", desired, live,
                except: ["/webhooks/*/failurePolicy"]) == ["/webhooks/0/clientConfig/service/name"])
    }
}

@Suite("Others that write to our objects")
struct CoWritersTests {
    @Test("certificates of webhooks are never part of the intent")
    func caBundle() throws {
        let webhooks = object(
            "MutatingWebhookConfiguration", "injector", apiVersion: "admissionregistration.k8s.io/v1",
            ["webhooks": [["name": "a", "clientConfig": ["caBundle": "", "service": ["name": "istiod"]]]]])
        let intent = try #require(try desired([webhooks], of: ComponentIdentity(.pilot)).first).object
        #expect(intent["webhooks"]?[0]?["clientConfig"] == ["service": ["name": "istiod"]])
    }

    @Test("what an autoscaler scales keeps the replicas that it has")
    func replicas() throws {
        let deployment = object(
            "Deployment", "istiod", apiVersion: "apps/v1", ["spec": ["replicas": 1, "paused": true]])
        let scaler = object(
            "HorizontalPodAutoscaler", "istiod", namespace: "istio-system", apiVersion: "autoscaling/v2",
            ["spec": ["scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "istiod"]]])
        let intent = try #require(
            try desired(
                [deployment], of: ComponentIdentity(.pilot), autoscaled: CoWriters.autoscaled(by: [scaler])
            ).first)
        var live = stored(intent)
        live.set(4, at: "spec", "replicas")
        #expect(ObjectWrite(desired: intent, live: live, cause: .change).intent[path: "spec", "replicas"] == 4)
        #expect(ObjectWrite(desired: intent, cause: .creation).intent[path: "spec", "replicas"] == 1)
    }

    @Test("a failure policy that istiod has raised is kept, and one that no chart sets is not claimed")
    func failurePolicy() throws {
        let webhooks = object(
            "ValidatingWebhookConfiguration", "validator", apiVersion: "admissionregistration.k8s.io/v1",
            ["webhooks": [["name": "a", "failurePolicy": "Ignore"], ["name": "b"]]])
        let intent = try #require(try desired([webhooks], of: ComponentIdentity(.pilot)).first)
        var live = stored(intent)
        live["webhooks"] = [["name": "b", "failurePolicy": "Fail"], ["name": "a", "failurePolicy": "Fail"]]
        #expect(
            ObjectWrite(desired: intent, live: live, cause: .change).intent["webhooks"]
                == [["name": "a", "failurePolicy": "Fail"], ["name": "b"]])
    }

    @Test("managed fields tell who wrote a field last")
    func lastWriter() {
        let live = object(
            "Deployment", "a", apiVersion: "apps/v1",
            [
                "metadata": [
                    "name": "a",
                    "managedFields": [
                        [
                            "manager": "boltrope", "time": "2026-01-03T00:00:00Z",
                            "fieldsV1": ["f:spec": ["f:replicas": .object([:])]],
                        ],
                        [
                            "manager": "old", "time": "2026-01-01T00:00:00Z",
                            "fieldsV1": ["f:spec": ["f:replicas": .object([:])]],
                        ],
                        [
                            "manager": "kubectl-edit", "time": "2026-01-02T00:00:00Z",
                            "fieldsV1": ["f:spec": ["f:replicas": .object([:])]],
                        ],
                        [
                            "manager": "injector", "time": "2026-01-02T00:00:00Z",
                            "fieldsV1": ["f:webhooks": ["k:{\"name\":\"a\"}": ["f:failurePolicy": .object([:])]]],
                        ],
                    ],
                ]
            ])
        #expect(FieldManagers.lastWriter(of: "/spec/replicas", in: live) == "kubectl-edit")
        #expect(FieldManagers.lastWriter(of: "/webhooks/0/failurePolicy", in: live) == "injector")
        #expect(FieldManagers.lastWriter(of: "/spec/paused", in: live) == nil)
    }
}
