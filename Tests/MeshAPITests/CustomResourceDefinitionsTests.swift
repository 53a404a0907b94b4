import Foundation
import KubeCore
import MeshAPI
import Testing

@Suite("CustomResourceDefinitions")
struct CustomResourceDefinitionsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "CRDs")

    @Test("the committed definitions are the generated ones; BOLTROPE_WRITE_CRDS=1 writes them")
    func committed() throws {
        for (name, content) in CustomResourceDefinitions.files() {
            let file = Self.folder.appending(path: name)
            if ProcessInfo.processInfo.environment["BOLTROPE_WRITE_CRDS"] == "1" {
                try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
                try Data(content.utf8).write(to: file)
            }
            #expect(try String(decoding: Data(contentsOf: file), as: UTF8.self) == content)
        }
    }

    @Test("the stream is the definitions, in order")
    func stream() throws {
        #expect(try YAML.documents(in: CustomResourceDefinitions.yaml()) == CustomResourceDefinitions.all.map(\.value))
    }

    @Test("every field is described and typed, so that kubectl explain reads like a manual")
    func described() {
        for definition in CustomResourceDefinitions.all {
            let schema = definition["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"]
            for section in ["spec", "status"] {
                check(schema?["properties"]?[section] ?? .null, at: section)
            }
        }
    }

    private func check(_ schema: JSONValue, at path: String) {
        #expect(schema["description"]?.stringValue?.isEmpty == false, "\(path) has no description")
        // What may be anything has no type, and says so.
        let isAny = schema["x-kubernetes-preserve-unknown-fields"] == true
        #expect(isAny || schema["type"]?.stringValue != nil, "\(path) has no type")
        for (name, property) in schema["properties"]?.objectValue ?? [:] { check(property, at: "\(path).\(name)") }
        if let items = schema["items"], items["properties"] != nil { check(items, at: "\(path)[]") }
    }

    @Test("every list is bounded where rules walk over it, and every rule says what to write instead")
    func rules() throws {
        var found = 0
        func walk(_ value: JSONValue) {
            for rule in value["x-kubernetes-validations"]?.arrayValue ?? [] {
                found += 1
                #expect(rule["message"]?.stringValue?.isEmpty == false)
            }
            for (_, member) in value.objectValue ?? [:] { walk(member) }
        }
        walk(CustomResourceDefinitions.mesh["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"] ?? .null)
        #expect(found >= 10)
    }

    @Test("defaults are published where the server is to fill them in")
    func defaults() {
        let spec = CustomResourceDefinitions.mesh["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"]?[
            "properties"]?["spec"]?["properties"]
        #expect(spec?["profile"]?["default"] == "default")
        #expect(spec?["namespace"]?["default"] == "istio-system")
        #expect(spec?["suspend"]?["default"] == false)
        #expect(spec?["version"]?["default"] == nil)
    }
}

@Suite("Field pointers")
struct FieldPointerTests {
    @Test("a pointer covers its field and what lies within, a star any segment")
    func covers() throws {
        let pointer = try #require(FieldPointer("/webhooks/*/clientConfig"))
        #expect(pointer.covers(["webhooks", "0", "clientConfig"]))
        #expect(pointer.covers(["webhooks", "1", "clientConfig", "caBundle"]))
        #expect(!pointer.covers(["webhooks", "1"]))
        #expect(!pointer.covers(["webhooks", "1", "rules"]))
    }

    @Test("escapes are read and written back", arguments: ["/a~1b/c~0d", "/metadata/annotations/example.com~1team"])
    func escapes(text: String) {
        #expect(FieldPointer(text)?.description == text)
    }

    @Test("what is no pointer is refused", arguments: ["", "/", "a", "/a//b", "/a~", "/a~2"])
    func malformed(text: String) {
        #expect(FieldPointer(text) == nil)
    }
}
