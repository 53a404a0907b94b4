import EmbeddedCluster
import KubeCore

/// Valid objects, from which requests are made: what the server takes as they are, so that changes of them reach far.
enum RequestCorpus {
    /// One object, and where it lives.
    struct Sample: Sendable {
        let object: JSONValue
        /// The path of its collection.
        let collection: String
        let name: String
    }

    /// The namespace of all samples that have one.
    static let namespace = "fuzz"

    static let samples: [Sample] = {
        let objects: [JSONValue]
        do {
            objects = try YAML.documents(in: Array(text.utf8))
        } catch {
            preconditionFailure("the corpus is no YAML: \(error)")
        }
        return objects.compactMap(sample)
    }()

    /// The objects alone.
    static let objects = samples.map(\.object)

    private static func sample(_ value: JSONValue) -> Sample? {
        guard let object = KubeObject(value) else { return nil }
        let root = object.apiVersion.contains("/") ? "/apis/" : "/api/"
        let builtIn = BuiltInResources.all.first {
            $0.type.apiVersion == object.apiVersion && $0.type.kind == object.kind
        }
        let (plural, isNamespaced) =
            builtIn.map { ($0.type.plural, $0.type.isNamespaced) } ?? (object.kind.lowercased() + "s", true)
        let scope = isNamespaced ? "/namespaces/\(namespace)" : ""
        return Sample(
            object: value, collection: "\(root)\(object.apiVersion)\(scope)/\(plural)", name: object.name)
    }

    private static let text = """
        {apiVersion: v1, kind: Namespace, metadata: {name: fuzz, labels: {team: a}}}
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.fuzz.example.com}
        spec:
          group: fuzz.example.com
          scope: Namespaced
          names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wi]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
            selectableFields: [{jsonPath: .spec.colour}]
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [colour]
                    x-kubernetes-validations:
                    - {rule: "!has(self.size) || self.size < 100", message: too large}
                    - {rule: "!has(self.tags) || self.tags.all(t, t.matches('^[a-z]+$'))"}
                    - {rule: "self.colour == oldSelf.colour", message: the colour stays}
                    properties:
                      colour: {type: string, pattern: "^[a-z]+$", maxLength: 20}
                      size: {type: integer, minimum: 0, default: 3}
                      replicas: {type: integer}
                      tags: {type: array, maxItems: 20, items: {type: string, maxLength: 40}, x-kubernetes-list-type: set}
                      ports:
                        type: array
                        maxItems: 20
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items:
                          type: object
                          required: [name]
                          properties: {name: {type: string}, port: {type: integer}, at: {x-kubernetes-int-or-string: true}}
                      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                      when: {type: string, format: date-time, nullable: true}
                  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
        ---
        apiVersion: fuzz.example.com/v1
        kind: Widget
        metadata: {name: one, labels: {a: b}}
        spec: {colour: red, size: 5, tags: [a, b], ports: [{name: http, port: 80, at: "81"}], free: {x: {y: [1, 2.5]}}}
        status: {replicas: 1}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: one, labels: {app: one}, annotations: {note: text}, finalizers: [example.com/hold]}
        spec:
          nodeName: node-1
          securityContext: {runAsUser: 1000, fsGroup: 2000}
          volumes:
          - {name: data, emptyDir: {sizeLimit: 1Gi}}
          - {name: settings, configMap: {name: one, defaultMode: 420, items: [{key: a, path: b}]}}
          - {name: token, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 3600}}]}}
          initContainers: [{name: prepare, image: "example.com/prepare:1", command: [sh, -c, "true"]}]
          containers:
          - name: app
            image: example.com/app:1
            ports: [{containerPort: 8080, name: http, protocol: TCP}]
            env: [{name: A, value: b}, {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
            resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: "1", memory: 128Mi}}
            livenessProbe: {httpGet: {path: /, port: http}, periodSeconds: 5}
            volumeMounts: [{name: data, mountPath: /data}, {name: settings, mountPath: /etc/settings, readOnly: true}]
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]
          tolerations: [{key: a, operator: Exists, effect: NoSchedule}]
          topologySpreadConstraints:
          - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: one}}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: one}
        spec:
          replicas: 2
          strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
          selector: {matchLabels: {app: one}, matchExpressions: [{key: app, operator: In, values: [one]}]}
          template:
            metadata: {labels: {app: one}}
            spec: {containers: [{name: app, image: example.com/app, ports: [{containerPort: 80}]}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: one}
        spec:
          serviceName: one
          selector: {matchLabels: {app: one}}
          template: {metadata: {labels: {app: one}}, spec: {containers: [{name: app, image: app}]}}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: one}
        spec:
          selector: {matchLabels: {app: one}}
          template: {metadata: {labels: {app: one}}, spec: {containers: [{name: app, image: app}]}}
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: one}
        spec:
          schedule: "*/5 * * * *"
          timeZone: Etc/UTC
          jobTemplate:
            spec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: app}]}}}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: {name: one}
        spec: {completions: 2, template: {spec: {restartPolicy: Never, containers: [{name: app, image: app}]}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: one}
        spec:
          type: NodePort
          selector: {app: one}
          ports: [{name: http, port: 80, targetPort: http}, {name: dns, port: 53, protocol: UDP, nodePort: 30053}]
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {a: b}, binaryData: {c: AAEC}, immutable: false}
        ---
        {apiVersion: v1, kind: Secret, metadata: {name: one}, type: Opaque, data: {a: Yg==}, stringData: {c: d}}
        ---
        {apiVersion: v1, kind: ServiceAccount, metadata: {name: one}, imagePullSecrets: [{name: one}]}
        ---
        {apiVersion: v1, kind: Node, metadata: {name: node-1}, spec: {taints: [{key: a, effect: NoSchedule}]},
         status: {capacity: {cpu: "4", memory: 8Gi}}}
        ---
        {apiVersion: v1, kind: Event, metadata: {name: one}, involvedObject: {kind: Pod, namespace: fuzz, name: one},
         reason: Happened, message: it did, type: Normal, count: 1}
        ---
        {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: one},
         spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
        ---
        {apiVersion: v1, kind: ResourceQuota, metadata: {name: one}, spec: {hard: {pods: "10", requests.cpu: "4"}}}
        ---
        {apiVersion: v1, kind: LimitRange, metadata: {name: one},
         spec: {limits: [{type: Container, default: {cpu: 500m}, max: {cpu: "2"}}]}}
        ---
        {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: one},
         spec: {minAvailable: 50%, selector: {matchLabels: {app: one}}}}
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: one}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: one}
          minReplicas: 1
          maxReplicas: 5
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
          behavior: {scaleDown: {policies: [{type: Percent, value: 10, periodSeconds: 60}]}}
        ---
        {apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: two},
         spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: one}, maxReplicas: 5,
         targetCPUUtilizationPercentage: 80}}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: one},
         rules: [{apiGroups: [""], resources: [pods], verbs: [get, list], resourceNames: [one]}]}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: one},
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: one},
         subjects: [{kind: ServiceAccount, name: one, namespace: fuzz}]}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: one},
         aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}, rules: [{nonResourceURLs: [/x/*], verbs: [get]}]}
        ---
        {apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: one},
         spec: {holderIdentity: a, leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:00.000001Z"}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: one}
        spec:
          rules:
          - host: "*.example.com"
            http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: one, port: {number: 80}}}}]}
          tls: [{hosts: [a.example.com], secretName: one}]
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: one}
        spec:
          podSelector: {matchLabels: {app: one}}
          policyTypes: [Ingress, Egress]
          ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 80, endPort: 90}]}]
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: MutatingWebhookConfiguration
        metadata: {name: one}
        webhooks:
        - name: one.example.com
          clientConfig: {service: {name: one, namespace: fuzz, path: /x, port: 443}}
          rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
          sideEffects: None
          admissionReviewVersions: [v1]
          matchConditions: [{name: a, expression: "object.metadata.name != 'x'"}]
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: one}
        spec:
          failurePolicy: Fail
          matchConstraints:
            resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
          validations: [{expression: "object.spec.replicas <= 5", message: too many}]
          variables: [{name: r, expression: "object.spec.replicas"}]
        ---
        {apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, metadata: {},
         spec: {resourceAttributes: {namespace: fuzz, verb: get, resource: pods}}}
        ---
        {apiVersion: authorization.k8s.io/v1, kind: SubjectAccessReview, metadata: {},
         spec: {user: a, groups: [b], nonResourceAttributes: {path: /x, verb: get}}}
        ---
        {apiVersion: authentication.k8s.io/v1, kind: TokenReview, metadata: {}, spec: {token: abc}}
        ---
        {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: one}, addressType: IPv4,
         endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}], ports: [{name: http, port: 80}]}
        """
}
