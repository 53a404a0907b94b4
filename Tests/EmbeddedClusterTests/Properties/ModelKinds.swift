import KubeCore

extension ModelKind {
    /// Every kind that random operations are about.
    static let all = [configMap, deployment, service, pod, widget]

    private static let metadata = [
        Field(path: ["f:metadata", "f:labels", "f:tier"], values: ["a", "b"]),
        Field(path: ["f:metadata", "f:labels", "f:track"], values: ["x", "y"]),
        Field(path: ["f:metadata", "f:annotations", "f:note"], values: ["one", "two"]),
        Field(path: ["f:metadata", "f:finalizers", "v:\"example.org/hold\""], values: ["example.org/hold"]),
    ]

    static let configMap = ModelKind(
        type: .configMaps,
        fields: metadata
            + ["a", "b", "c"].map { Field(path: ["f:data", "f:\($0)"], values: ["1", "2", ""]) }
            + [Field(path: ["f:binaryData", "f:bin"], values: ["AA==", "AQ=="])],
        statusFields: [], hasGeneration: false)

    private static let template = ["f:spec", "f:template"]
    private static let web = template + ["f:spec", "f:containers", "k:{\"name\":\"web\"}"]

    static let deployment = ModelKind(
        type: .deployments,
        fields: [
            Field(
                path: ["f:spec", "f:selector"], values: [["matchLabels": ["app": "web"]]], isRequired: true),
            Field(path: template + ["f:metadata", "f:labels", "f:app"], values: ["web"], isRequired: true),
            Field(path: web + ["f:image"], values: ["web:1", "web:2"], isRequired: true),
            Field(path: web + ["f:env", "k:{\"name\":\"A\"}", "f:value"], values: ["1", "2"]),
            Field(path: web + ["f:env", "k:{\"name\":\"B\"}", "f:value"], values: ["1", "2"]),
            Field(
                path: web + ["f:ports", "k:{\"containerPort\":80,\"protocol\":\"TCP\"}", "f:name"],
                values: ["http", "main"]),
            Field(
                path: web + ["f:resources", "f:limits", "f:cpu"], values: ["100m", "1"]),
            Field(
                path: template + ["f:spec", "f:containers", "k:{\"name\":\"side\"}", "f:image"],
                values: ["side:1", "side:2"]),
            Field(path: template + ["f:spec", "f:nodeSelector"], values: [["disk": "ssd"], ["zone": "z"]]),
            Field(
                path: template + ["f:spec", "f:tolerations"],
                values: [[["key": "a", "operator": "Exists"]], [["key": "b", "operator": "Exists"]]]),
            Field(path: ["f:spec", "f:replicas"], values: [1, 2, 3], hasDefault: true),
            Field(path: ["f:spec", "f:paused"], values: [true]),
            Field(path: ["f:spec", "f:minReadySeconds"], values: [5, 7]),
        ] + metadata,
        statusFields: [
            Field(path: ["f:status", "f:observedGeneration"], values: [1, 2]),
            Field(
                path: ["f:status", "f:conditions", "k:{\"type\":\"Available\"}", "f:status"], values: ["True", "False"]),
        ], hasGeneration: true)

    private static func port(_ number: Int) -> [String] {
        ["f:spec", "f:ports", "k:{\"port\":\(number),\"protocol\":\"TCP\"}"]
    }

    static let service = ModelKind(
        type: .services,
        fields: [
            Field(path: port(80) + ["f:name"], values: ["http"], isRequired: true),
            Field(path: port(80) + ["f:targetPort"], values: [8080, "web"], hasDefault: true),
            Field(path: port(81) + ["f:name"], values: ["admin", "other"]),
            Field(path: ["f:spec", "f:selector"], values: [["app": "web"], ["app": "api"]]),
            Field(path: ["f:spec", "f:publishNotReadyAddresses"], values: [true]),
            Field(path: ["f:spec", "f:sessionAffinity"], values: ["None", "ClientIP"], hasDefault: true),
        ] + metadata,
        statusFields: [], hasGeneration: false)

    static let pod = ModelKind(
        type: .pods,
        fields: [
            Field(
                path: ["f:spec", "f:containers", "k:{\"name\":\"web\"}", "f:image"], values: ["web:1", "web:2"],
                isRequired: true),
            Field(path: ["f:spec", "f:activeDeadlineSeconds"], values: [100, 50]),
            Field(path: ["f:spec", "f:nodeSelector"], values: [["disk": "ssd"]]),
        ] + metadata,
        statusFields: [
            Field(path: ["f:status", "f:phase"], values: ["Running", "Failed"]),
            Field(
                path: ["f:status", "f:conditions", "k:{\"type\":\"Ready\"}", "f:status"], values: ["True", "False"]),
        ], hasGeneration: true,
        fieldSelectors: [
            ("status.phase=Running", { $0[path: "status", "phase"] == "Running" })
        ])

    static let widget = ModelKind(
        type: ResourceType(group: "example.org", version: "v1", plural: "widgets", kind: "Widget", isNamespaced: true),
        fields: [
            Field(path: ["f:spec", "f:mode"], values: ["big", "small"], isRequired: true),
            Field(path: ["f:spec", "f:size"], values: [1, 5], hasDefault: true),
            Field(path: ["f:spec", "f:tags", "v:\"red\""], values: ["red"]),
            Field(path: ["f:spec", "f:tags", "v:\"blue\""], values: ["blue"]),
            Field(path: ["f:spec", "f:steps", "k:{\"name\":\"one\"}", "f:value"], values: [1, 2]),
            Field(path: ["f:spec", "f:steps", "k:{\"name\":\"one\"}", "f:order"], values: [["a"], ["b", "a"]]),
            Field(path: ["f:spec", "f:steps", "k:{\"name\":\"two\"}", "f:value"], values: [1, 2]),
            Field(path: ["f:spec", "f:order"], values: [["x"], ["x", "y"], []]),
            Field(path: ["f:spec", "f:map", "f:k"], values: ["1", "2"]),
            Field(path: ["f:spec", "f:map", "f:l"], values: ["1", "2"]),
            Field(path: ["f:spec", "f:settings"], values: [["m": "1"], ["n": "1"], ["m": "2", "n": "1"]]),
            Field(path: ["f:spec", "f:nested", "f:inner", "f:x"], values: [1, 2]),
            Field(path: ["f:spec", "f:nested", "f:y"], values: [true, false]),
            Field(path: ["f:spec", "f:free", "f:any"], values: [1, "text", ["a"]]),
        ] + metadata,
        statusFields: [
            Field(path: ["f:status", "f:count"], values: [1, 2]),
            Field(
                path: ["f:status", "f:conditions", "k:{\"type\":\"Ready\"}", "f:status"], values: ["True", "False"]),
        ], hasGeneration: true,
        fieldSelectors: [("spec.mode=big", { $0[path: "spec", "mode"] == "big" })])

    /// The definition of the custom resource: lists that are sets, maps and atoms; maps that are granular and atomic.
    static let widgetDefinition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.example.org"],
        "spec": [
            "group": "example.org", "scope": "Namespaced",
            "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "selectableFields": [["jsonPath": ".spec.mode"]],
                    "schema": [
                        "openAPIV3Schema": ["type": "object", "properties": ["spec": specification, "status": status]]
                    ],
                ]
            ],
        ],
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let number: JSONValue = ["type": "integer"]
    private static let strings: JSONValue = ["type": "array", "items": text]

    private static let specification: JSONValue = [
        "type": "object",
        "properties": [
            "mode": ["type": "string", "enum": ["big", "small"]], "size": ["type": "integer", "default": 3],
            "tags": ["type": "array", "x-kubernetes-list-type": "set", "items": text],
            "steps": [
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                "items": [
                    "type": "object", "required": ["name"],
                    "properties": ["name": text, "value": number, "order": strings],
                ],
            ],
            "order": strings, "map": ["type": "object", "additionalProperties": text],
            "settings": [
                "type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": text,
            ],
            "nested": [
                "type": "object",
                "properties": [
                    "inner": ["type": "object", "properties": ["x": number]], "y": ["type": "boolean"],
                ],
            ],
            "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
        ],
    ]

    private static let status: JSONValue = [
        "type": "object",
        "properties": [
            "count": number,
            "conditions": [
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
                "items": ["type": "object", "required": ["type"], "properties": ["type": text, "status": text]],
            ],
        ],
    ]
}
