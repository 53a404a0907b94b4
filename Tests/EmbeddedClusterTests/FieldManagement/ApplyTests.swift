import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Server-side apply")
struct ApplyTests {
    static let now = Timestamp(seconds: 1_700_000_000)
    static let later = Timestamp(seconds: 1_700_000_100)
    static let configMaps = BuiltInSchemas.schema(for: GroupVersionKind(group: "", version: "v1", kind: "ConfigMap"))

    static func configMap(_ data: [String: String]?) -> KubeObject {
        var object = KubeObject(type: .configMaps, name: "x")
        if let data { object["data"] = JSONValue(data) }
        return object
    }

    static func apply(
        _ data: [String: String]?, over live: KubeObject? = nil, by manager: String, force: Bool = false,
        now: Timestamp = ApplyTests.now
    ) throws(Status) -> KubeObject {
        try FieldManagement.apply(
            live: live, applied: configMap(data), schema: configMaps, manager: manager, force: force, now: now)
    }

    static func owned(_ object: KubeObject, by manager: String) -> JSONValue? {
        object.metadata["managedFields"]?.arrayValue?.first { $0["manager"]?.stringValue == manager }?["fieldsV1"]
    }

    @Test("An applied object belongs to its manager, field by field")
    func create() throws {
        let object = try Self.apply(["a": "1"], by: "alpha")
        #expect(Self.owned(object, by: "alpha") == ["f:data": ["f:a": [:]]])
    }

    @Test("The same apply again changes nothing, not even a time")
    func idempotent() throws {
        let first = try Self.apply(["a": "1"], by: "alpha")
        #expect(try Self.apply(["a": "1"], over: first, by: "alpha", now: Self.later) == first)
    }

    @Test("A field that its only manager leaves out is removed, and with the last one the map")
    func omission() throws {
        let first = try Self.apply(["a": "1", "b": "2"], by: "alpha")
        #expect(try Self.apply(["b": "2"], over: first, by: "alpha")["data"] == ["b": "2"])
        #expect(try Self.apply(nil, over: first, by: "alpha")["data"] == nil)
    }

    @Test("A field that somebody else owns as well stays")
    func shared() throws {
        var object = try Self.apply(["a": "1"], by: "alpha")
        object = try Self.apply(["a": "1"], over: object, by: "beta")
        object = try Self.apply(nil, over: object, by: "alpha")
        #expect(object["data"] == ["a": "1"])
        #expect(Self.owned(object, by: "alpha") == nil)
    }

    @Test("Another value of an owned field is a conflict that names the field and the manager")
    func conflict() throws {
        let object = try Self.apply(["a": "1"], by: "alpha")
        let status = #expect(throws: Status.self) { try Self.apply(["a": "2"], over: object, by: "beta") }
        #expect(status?.code == 409)
        #expect(status?.message == "Apply failed with 1 conflict: conflict with \"alpha\": .data.a")
        #expect(status?.details?.causes.first?.field == ".data.a")
    }

    @Test("Force takes the field from its owner")
    func force() throws {
        var object = try Self.apply(["a": "1", "b": "2"], by: "alpha")
        object = try Self.apply(["a": "9"], over: object, by: "beta", force: true)
        #expect(object["data"] == ["a": "9", "b": "2"])
        #expect(Self.owned(object, by: "alpha") == ["f:data": ["f:b": [:]]])
    }

    @Test("An unknown field and a wrong type are refused with their place")
    func typed() throws {
        var object = Self.configMap(nil)
        object["dada"] = [:]
        let status = #expect(throws: Status.self) {
            try FieldManagement.apply(
                live: nil, applied: object, schema: Self.configMaps, manager: "m", force: false, now: Self.now)
        }
        #expect(
            status?.message
                == "failed to create typed patch object (/x; /v1, Kind=ConfigMap): .dada: field not declared in schema")
    }

    @Test("An update takes the changed fields, and only those")
    func update() throws {
        let live = try Self.apply(["a": "1", "b": "2"], by: "alpha")
        var changed = live
        changed["data"] = ["a": "9", "b": "2"]
        let updated = FieldManagement.update(
            live: live, new: changed, schema: Self.configMaps, manager: "editor", now: Self.later)
        #expect(Self.owned(updated, by: "alpha") == ["f:data": ["f:b": [:]]])
        #expect(Self.owned(updated, by: "editor") == ["f:data": ["f:a": [:]]])
    }

    @Test("Fields that nobody owned belong to before-first-apply once somebody applies")
    func adoption() throws {
        var live = Self.configMap(["a": "1"])
        live.uid = "u"
        let object = try Self.apply(["b": "2"], over: live, by: "alpha")
        #expect(Self.owned(object, by: "before-first-apply") == ["f:data": [".": [:], "f:a": [:]]])
    }

    @Test("More than ten updaters are folded into one")
    func ancientChanges() {
        var live: KubeObject?
        for index in 1...12 {
            var data = live?["data"]?.stringMapValue ?? [:]
            data["k\(index)"] = "v"
            var new = live ?? Self.configMap(nil)
            new["data"] = JSONValue(data)
            live = FieldManagement.update(
                live: live, new: new, schema: Self.configMaps, manager: "m\(10 + index)",
                now: Self.now.advanced(by: .seconds(index)))
        }
        let managers = live?.metadata["managedFields"]?.arrayValue?.compactMap { $0["manager"]?.stringValue } ?? []
        #expect(managers.count == 10)
        #expect(managers.contains("ancient-changes"))
    }

    @Test("Whatever managers do, applying again what one of them applied is a no-op")
    func property() throws {
        var random = SplitMix(seed: 42)
        for _ in 0..<100 {
            var live: KubeObject?
            var last: [String: [String: String]] = [:]
            for step in 0..<8 {
                let manager = ["alpha", "beta", "gamma"][Int.random(in: 0..<3, using: &random)]
                var data: [String: String] = [:]
                for key in ["a", "b", "c"] where Bool.random(using: &random) {
                    data[key] = String(Int.random(in: 0..<2, using: &random))
                }
                live = try Self.apply(
                    data, over: live, by: manager, force: true, now: Self.now.advanced(by: .seconds(step)))
                last[manager] = data
                #expect(try Self.apply(data, over: live, by: manager) == live)
                for (key, value) in data { #expect(live?[path: "data", key]?.stringValue == value) }
            }
        }
    }
}
