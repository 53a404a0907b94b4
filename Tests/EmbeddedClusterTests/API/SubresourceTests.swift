import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Subresources and strict bodies")
struct SubresourceTests {
    private let cluster = EmbeddedCluster()
    private let pods = "/api/v1/namespaces/default/pods"

    private func call(
        _ method: String, _ target: String, _ body: String = "", type: String = "application/json"
    ) async throws -> (status: Int, message: String) {
        let headers = [APIRequest.Header("Content-Type", type), APIRequest.Header("User-Agent", "test/1")]
        let response = await cluster.handle(
            APIRequest(method: method, target: target, headers: headers, body: Array(body.utf8)))
        let bytes = await response.collectBody()
        return (response.status, (try? JSONValue(parsing: bytes))?["message"]?.stringValue ?? "")
    }

    private func makePod() async throws {
        let pod = #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#
        #expect(try await call("POST", pods, pod).status == 201)
    }

    @Test("A key that a YAML body repeats is refused where validation is strict")
    func repeatedKeys() async throws {
        let path = "/api/v1/namespaces/default/configmaps"
        let body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: \"1\"\n  x: \"2\"\n"
        let strict = try await call("POST", path + "?fieldValidation=Strict", body, type: "application/yaml")
        #expect(strict.status == 400)
        let problem = "yaml: unmarshal errors:\n  line 7: key \"x\" already set in map"
        #expect(strict.message.hasSuffix("strict decoding error: \(problem)"))
        let applied = try await call(
            "PATCH", path + "/a?fieldManager=m&fieldValidation=Strict", body, type: "application/apply-patch+yaml")
        #expect(applied.message == "error strict decoding YAML: error converting YAML to JSON: \(problem)")
        #expect(try await call("POST", path, body, type: "application/yaml").status == 201)
    }

    @Test("Bindings and evictions are about the pod of their path")
    func names() async throws {
        try await makePod()
        let binding = #"{"metadata":{"name":"other"},"target":{"kind":"Node","name":"n"}}"#
        #expect(
            try await call("POST", pods + "/p/binding", binding).message
                == "name in URL does not match name in Binding object")
        #expect(
            try await call("POST", pods + "/p/eviction", #"{"metadata":{"name":"other"}}"#).message
                == "name in URL does not match name in Eviction object")
        let target = #"{"metadata":{"name":"p"},"target":{"kind":"Pod","name":"n"}}"#
        #expect(
            try await call("POST", pods + "/p/binding", target).message
                == "Binding \"p\" is invalid: target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\""
        )
        let older = #"{"metadata":{"name":"p"},"target":{"name":"n"}}"#
        #expect(try await call("POST", "/api/v1/namespaces/default/bindings", older).status == 201)
        #expect(try await call("POST", pods + "/p/binding", older).status == 409)
    }

    @Test("Nothing is reached that runs nowhere")
    func connections() async throws {
        try await makePod()
        #expect(
            try await call("GET", pods + "/p/exec?command=ls").message == "pod p does not have a host assigned")
        #expect(try await call("GET", pods + "/p/proxy").message == "address not allowed")
        #expect(try await call("GET", pods + "/q/exec").status == 404)
        let logs = try await call("GET", pods + "/p/log?tailLines=-1")
        #expect(
            logs.message
                == "PodLogOptions \"\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0")
    }

    @Test("A scale holds numbers only")
    func scale() async throws {
        let sets = "/apis/apps/v1/namespaces/default/replicasets"
        let set = """
            {"metadata":{"name":"r"},"spec":{"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """
        #expect(try await call("POST", sets, set).status == 201)
        let merge = "application/merge-patch+json"
        let wrong = try await call("PATCH", sets + "/r/scale", #"{"spec":{"replicas":"x"}}"#, type: merge)
        #expect(wrong.status == 422)
        #expect(
            wrong.message.contains("cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32")
        )
    }
}
