import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Config maps, secrets, roles and webhooks")
struct ConfigurationTests {
    @Test("Plain texts of a secret become data")
    func stringData() throws {
        let secret = try KindFixture(.secrets).created(
            #"{"data":{"a":"QQ=="},"stringData":{"a":"override","b":"plain"}}"#)
        #expect(secret["data"] == ["a": "b3ZlcnJpZGU=", "b": "cGxhaW4="])
        #expect(secret["stringData"] == nil)
        #expect(secret["type"] == "Opaque")
    }

    @Test("A secret's content never shows in its faults")
    func redaction() throws {
        let faults = try KindFixture(.secrets).faults(
            #"{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"c2VjcmV0"}}"#)
        #expect(faults.count == 1)
        #expect(!faults[0].contains("secret\"") && faults[0].contains("<secret contents redacted>"))
    }

    @Test("What is immutable stays as it is")
    func immutability() throws {
        let maps = KindFixture(.configMaps)
        let old = try maps.created(#"{"immutable":true,"data":{"a":"1"}}"#)
        let changed = try maps.updated(old, #"{"immutable":true,"data":{"a":"2"}}"#)
        #expect(maps.faults(changed, old: old) == ["data: Forbidden: field is immutable when `immutable` is set"])
        let loosened = try maps.updated(old, #"{"data":{"a":"1"}}"#)
        #expect(maps.faults(loosened, old: old) == ["immutable: Forbidden: field is immutable when `immutable` is set"])
    }

    @Test("A binding cannot be pointed at another role")
    func roleReference() throws {
        let bindings = KindFixture("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding")
        let old = try bindings.created(#"{"roleRef":{"kind":"Role","name":"a"}}"#)
        let new = try bindings.updated(old, #"{"roleRef":{"kind":"Role","name":"b"}}"#)
        #expect(bindings.faults(old, old: nil) == [])
        #expect(bindings.faults(new, old: old).map { $0.hasSuffix("cannot change roleRef") } == [true])
    }

    @Test("Webhooks are filled in and checked, their conditions for syntax as well")
    func webhooks() throws {
        let hooks = KindFixture(.validatingWebhookConfigurations)
        let text = """
            {"webhooks":[{"name":"a.b.c","admissionReviewVersions":["v1"],"sideEffects":"None",
             "clientConfig":{"service":{"name":"s","namespace":"n"}},"matchConditions":[{"name":"m","expression":"1 +"}]}]}
            """
        let object = try hooks.created(text)
        let hook = object["webhooks"]?[0]
        #expect(hook?["failurePolicy"] == "Fail")
        #expect(hook?["timeoutSeconds"] == 10)
        #expect(hook?[path: "clientConfig", "service", "port"] == 443)
        let faults = hooks.faults(object, old: nil)
        #expect(faults.count == 1)
        #expect(faults[0].hasPrefix("webhooks[0].matchConditions[0].expression: Invalid value"))
    }

    @Test("Every table has as many cells as columns")
    func tables() {
        for resource in BuiltInResources.all where resource.isStored {
            var object = KubeObject(type: resource.type, name: "x")
            resource.strategy.applyDefaults(&object)
            let cells = resource.strategy.cells(of: object, now: Timestamp(seconds: 0))
            #expect(cells.count == resource.strategy.columns.count, "\(resource.type)")
        }
    }

    @Test("Defaults of every kind are idempotent")
    func idempotence() {
        for resource in BuiltInResources.all {
            var object = KubeObject(type: resource.type, name: "x")
            resource.strategy.applyDefaults(&object)
            var again = object
            resource.strategy.applyDefaults(&again)
            #expect(again == object, "\(resource.type)")
        }
    }
}
