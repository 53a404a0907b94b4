import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Protobuf request bodies")
struct ProtobufBodyTests {
    /// A field with a length: strings, bytes and messages.
    static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        precondition(content.count < 128)
        return [number << 3 | 2, UInt8(content.count)] + content
    }

    static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    static func integer(_ number: UInt8, _ value: UInt8) -> [UInt8] { [number << 3, value] }

    static func body(_ apiVersion: String, _ kind: String, _ message: [UInt8]) -> [UInt8] {
        ProtobufBody.prefix + field(1, field(1, apiVersion) + field(2, kind)) + field(2, message)
    }

    @Test("A namespace, as kubectl create sends it, leaves out what is empty")
    func namespace() throws {
        // The zero creation time, an empty resource version and an empty status are on the wire.
        let metadata = Self.field(1, "team") + Self.field(6, "") + Self.field(8, [])
        let object = try ProtobufBody.decode(
            Self.body("v1", "Namespace", Self.field(1, metadata) + Self.field(2, []) + Self.field(3, Self.field(1, "")))
        )
        #expect(
            object.value == [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"], "spec": [:], "status": [:],
            ])
    }

    @Test("Maps, bytes and the types with a JSON form of their own")
    func forms() throws {
        let secret = Self.field(2, Self.field(1, "key") + Self.field(2, [0, 255])) + Self.field(3, "Opaque")
        #expect(try ProtobufBody.decode(Self.body("v1", "Secret", secret))["data"] == ["key": "AP8="])
        // IntOrString, both ways; Quantity in a map; an inlined member (the key of a ConfigMapKeySelector).
        let budget = Self.field(
            2, Self.field(1, Self.integer(1, 1) + Self.field(3, "50%")) + Self.field(3, Self.integer(2, 2)))
        #expect(
            try ProtobufBody.decode(Self.body("policy/v1", "PodDisruptionBudget", budget))["spec"]
                == ["minAvailable": "50%", "maxUnavailable": 2])
        let quota = Self.field(2, Self.field(1, Self.field(1, "cpu") + Self.field(2, Self.field(1, "2"))))
        #expect(try ProtobufBody.decode(Self.body("v1", "ResourceQuota", quota))["spec"] == ["hard": ["cpu": "2"]])
        let selector = Self.field(1, Self.field(1, "settings")) + Self.field(2, "mode")
        let environment = Self.field(1, "MODE") + Self.field(3, Self.field(3, selector))
        let pod = Self.field(2, Self.field(2, Self.field(1, "app") + Self.field(7, environment)))
        #expect(
            try ProtobufBody.decode(Self.body("v1", "Pod", pod))["spec"] == [
                "containers": [
                    [
                        "name": "app",
                        "env": [
                            ["name": "MODE", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "mode"]]]
                        ],
                    ]
                ]
            ])
    }

    @Test("A zero that the client has set stays")
    func zeros() throws {
        let deployment = Self.field(2, Self.integer(1, 0) + Self.integer(5, 0))
        #expect(try ProtobufBody.decode(Self.body("apps/v1", "Deployment", deployment))["spec"] == ["replicas": 0])
    }

    @Test("DeleteOptions are read in whichever group they come")
    func deleteOptions() throws {
        let options = Self.integer(1, 0) + Self.field(4, "Background")
        #expect(
            try ProtobufBody.decode(Self.body("apps/v1", "DeleteOptions", options)).value == [
                "apiVersion": "apps/v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
                "propagationPolicy": "Background",
            ])
    }

    @Test("Every message of the table can be found, and every reference in it leads somewhere")
    func table() {
        let schema = ProtobufSchema.shared
        #expect(schema.messages.count > 300)
        for message in schema.messages {
            for case let field in message.fields.values {
                if case .message(let index) = field.type { #expect(schema.messages.indices.contains(index)) }
            }
        }
        for (apiVersion, kind) in [
            ("v1", "Pod"), ("rbac.authorization.k8s.io/v1", "Role"),
            ("authorization.k8s.io/v1", "SelfSubjectAccessReview"),
            ("autoscaling/v1", "Scale"), ("batch/v1", "Job"), ("policy/v1", "Eviction"),
        ] { #expect(schema.message(apiVersion: apiVersion, kind: kind) != nil, "\(kind)") }
    }

    @Test("What is no protobuf is a bad request, and damaged bodies never trap")
    func damaged() throws {
        #expect(throws: Status.self) { try ProtobufBody.decode(Array("{}".utf8)) }
        #expect(throws: Status.self) { try ProtobufBody.decode(Self.body("v1", "Unheard", [])) }
        let whole = Self.body(
            "v1", "Namespace",
            Self.field(1, Self.field(1, "team") + Self.field(11, Self.field(1, "a") + Self.field(2, "b"))))
        for length in 0..<whole.count { _ = try? ProtobufBody.decode(Array(whole[..<length])) }
        for position in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[position] ^= 1 << bit
                _ = try? ProtobufBody.decode(bytes)
            }
        }
        #expect(throws: Status.self) {
            try ProtobufBody.decode(
                ProtobufBody.prefix + Self.field(1, Self.field(1, "v1") + Self.field(2, "Pod"))
                    + [2 << 3 | 2] + Array(repeating: 0xFF, count: 10))
        }
    }
}
