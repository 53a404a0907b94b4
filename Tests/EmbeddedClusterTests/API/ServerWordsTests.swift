import KubeCore
import Testing

@testable import EmbeddedCluster

/// What the server keeps to where a plain store would not: recorded from the real one.
struct ServerWordsTests {
    private let cluster = EmbeddedCluster()
    private let configMaps = "/api/v1/namespaces/default/configmaps"

    private func call(
        _ method: String, _ target: String, _ text: String = "", type: String = "application/json"
    ) async throws -> (status: Int, body: JSONValue, warnings: [String]) {
        let headers = [APIRequest.Header("Content-Type", type), APIRequest.Header("User-Agent", "test/1")]
        let response = await cluster.handle(
            APIRequest(method: method, target: target, headers: headers, body: Array(text.utf8)))
        let warnings = response.headers.filter { $0.name == "Warning" }.map(\.value)
        return (response.status, try JSONValue(parsing: await response.collectBody()), warnings)
    }

    @Test("namespaces without which there is no cluster cannot be deleted", arguments: ["default", "kube-system"])
    func immortalNamespaces(name: String) async throws {
        let answer = try await call("DELETE", "/api/v1/namespaces/\(name)")
        #expect(answer.status == 403)
        #expect(
            answer.body["message"] == .string("namespaces \"\(name)\" is forbidden: this namespace may not be deleted"))
    }

    @Test("a pod is marked with no time left before it goes")
    func pods() async throws {
        let pods = "/api/v1/namespaces/default/pods"
        let made = try await call(
            "POST", pods, #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#)
        let gone = try await call("DELETE", pods + "/p")
        #expect(gone.body[path: "metadata", "deletionGracePeriodSeconds"] == 0)
        let (before, after) = (
            made.body[path: "metadata", "resourceVersion"]?.stringValue, gone.body[path: "metadata", "resourceVersion"]
        )
        #expect(after?.stringValue.flatMap { UInt64($0) } == before.flatMap { UInt64($0) }.map { $0 + 2 })
        #expect(try await call("GET", pods + "/p").status == 404)
    }

    @Test("unknown and repeated fields are complained about in the order of the body")
    func strictDecoding() async throws {
        let body = #"{"metadata":{"name":"x","nam":"y"},"data":{"a":"1","a":"2"},"extra":{"b":1,"b":2}}"#
        let answer = try await call("POST", configMaps, body)
        #expect(
            answer.warnings == [
                #"299 - "unknown field \"metadata.nam\"""#, #"299 - "duplicate field \"data.a\"""#,
                #"299 - "unknown field \"extra\"""#,
            ])
    }

    @Test("an empty list of managers asks for an object without any")
    func managersReset() async throws {
        _ = try await call("POST", configMaps, #"{"metadata":{"name":"x"},"data":{"a":"1"}}"#)
        let answer = try await call(
            "PATCH", configMaps + "/x", #"{"metadata":{"managedFields":[]}}"#, type: "application/merge-patch+json")
        #expect(answer.status == 200)
        #expect(answer.body[path: "metadata", "managedFields"] == nil)
    }

    @Test(
        "an apply must say what it is about",
        arguments: [
            (#"{"kind":"ConfigMap","metadata":{"name":"x"}}"#, "invalid object type: /, Kind=ConfigMap"),
            (
                #"{"apiVersion":"v1","kind":"ConfigMap"}"#,
                "the name of the object (x based on URL) was undeterminable: name must be provided"
            ),
            (
                "a: [",
                "error decoding YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content"
            ),
        ])
    func applies(body: String, message: String) async throws {
        let answer = try await call(
            "PATCH", configMaps + "/x?fieldManager=a", body, type: "application/apply-patch+yaml")
        #expect(answer.status == 400)
        #expect(answer.body["message"]?.stringValue == message)
    }

    @Test("an update must name its object")
    func namelessUpdate() async throws {
        _ = try await call("POST", configMaps, #"{"metadata":{"name":"x"}}"#)
        let answer = try await call("PUT", configMaps + "/x", #"{"data":{"a":"1"}}"#)
        #expect(answer.status == 400)
    }

    @Test("a patch must leave an object that the kind can hold")
    func undecodablePatches() async throws {
        _ = try await call("POST", configMaps, #"{"metadata":{"name":"x"},"data":{"a":"1"}}"#)
        let strategic = try await call(
            "PATCH", configMaps + "/x", #"{"data":{"a":5}}"#, type: "application/strategic-merge-patch+json")
        #expect(strategic.status == 422)
        #expect(
            strategic.body["message"]
                == #" "" is invalid: patch: Invalid value: "map[data:map[a:5]]": cannot convert int64 to string"#)
        let merge = try await call(
            "PATCH", configMaps + "/x", #"{"data":{"a":5}}"#, type: "application/merge-patch+json")
        #expect(merge.status == 422)
    }

    @Test("numbers that do not fit are quoted")
    func numbers() async throws {
        let answer = try await call(
            "POST", "/apis/apps/v1/namespaces/default/deployments",
            #"{"metadata":{"name":"x"},"spec":{"replicas":1.5}}"#)
        #expect(
            answer.body["message"]
                == """
                Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number 1.5 into Go \
                struct field DeploymentSpec.spec.replicas of type int32
                """)
    }

    private func rows(_ collection: String) async throws -> [JSONValue] {
        let accept = [APIRequest.Header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")]
        let response = await cluster.handle(APIRequest(method: "GET", target: collection, headers: accept, body: []))
        return try JSONValue(parsing: await response.collectBody())["rows"]?.arrayValue ?? []
    }

    @Test("rows of pods that have ended are marked")
    func endedPods() async throws {
        let pods = "/api/v1/namespaces/default/pods"
        _ = try await call(
            "POST", pods, #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#)
        #expect(try await rows(pods)[0]["conditions"] == nil)
        _ = try await call(
            "PATCH", pods + "/p/status", #"{"status":{"phase":"Failed"}}"#, type: "application/merge-patch+json")
        #expect(try await rows(pods)[0]["conditions"]?[0]?["reason"] == "Failed")
    }

    @Test("annotations that stand for fields are no metadata")
    func fieldAnnotations() async throws {
        let sets = "/apis/apps/v1/namespaces/default/daemonsets"
        let template = #"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"b"}]}}"#
        let made = try await call(
            "POST", sets,
            #"{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":\#(template)}}"#)
        #expect(made.body[path: "metadata", "annotations"] != nil)
        #expect(try await rows(sets)[0][path: "object", "metadata", "annotations"] == nil)
    }

    @Test("a custom resource is seen through another version with the defaults of the stored one alone")
    func conversion() async throws {
        func version(_ name: String, isStorage: Bool, _ properties: String) -> String {
            """
            {"name":"\(name)","served":true,"storage":\(isStorage),"schema":{"openAPIV3Schema":{"type":"object",\
            "properties":{"spec":{"type":"object","properties":{\(properties)}}}}}}
            """
        }
        let versions = [
            version("v1", isStorage: true, #""size":{"type":"integer"},"color":{"type":"string"}"#),
            version("v1alpha1", isStorage: false, #""size":{"type":"integer"},"mode":{"type":"string","default":"x"}"#),
        ]
        _ = try await call(
            "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            """
            {"metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Cluster",\
            "names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},\
            "versions":[\(versions.joined(separator: ","))]}}
            """)
        let made = try await call(
            "POST", "/apis/example.com/v1/widgets",
            #"{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"size":1,"color":"red"}}"#)
        #expect(made.status == 201)
        let seen = try await call("GET", "/apis/example.com/v1alpha1/widgets/a")
        #expect(seen.body["spec"] == ["size": 1])
        let missing = try await call("GET", "/apis/example.com/v1/widgets/a/status")
        #expect(missing.body["message"] == #"widgets.example.com "a" not found"#)
    }
}
