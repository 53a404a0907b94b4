import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Services")
struct ServiceTests {
    private let services = KindFixture(.services)

    @Test("A service gets an address of its own")
    func address() throws {
        let first = try services.created(#"{"spec":{"ports":[{"port":80}]}}"#, name: "a")
        let others = KindFixture(.services, existing: [first])
        let second = try others.created(#"{"spec":{"ports":[{"port":80}]}}"#, name: "b")
        #expect(first[path: "spec", "clusterIP"] != nil)
        #expect(first[path: "spec", "clusterIP"] != second[path: "spec", "clusterIP"])
        #expect(second[path: "spec", "clusterIPs"]?.arrayValue?.count == 1)
    }

    @Test("An address that another service has is refused")
    func takenAddress() throws {
        let first = try services.created(#"{"spec":{"ports":[{"port":80}]}}"#, name: "a")
        let address = first[path: "spec", "clusterIP"]?.stringValue ?? ""
        let others = KindFixture(.services, existing: [first])
        #expect {
            try others.created(#"{"spec":{"clusterIP":"\#(address)","ports":[{"port":80}]}}"#, name: "b")
        } throws: { error in
            (error as? Status)?.message.contains("provided IP is already allocated") == true
        }
    }

    @Test("Node ports are given to every port, each its own, and to health checks of local traffic")
    func nodePorts() throws {
        let service = try services.created(
            """
            {"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local",
             "ports":[{"name":"a","port":80},{"name":"b","port":81}]}}
            """)
        let given = (service[path: "spec", "ports"]?.arrayValue ?? []).compactMap { $0["nodePort"]?.intValue }
        #expect(Set(given).count == 2)
        #expect(given.allSatisfy { (30000...32767).contains($0) })
        #expect(service[path: "spec", "healthCheckNodePort"] != nil)
    }

    @Test("An update keeps what was allocated, and gives up what the new type does not have")
    func carryOver() throws {
        let old = try services.created(#"{"spec":{"type":"NodePort","ports":[{"port":80}]}}"#)
        let same = try services.updated(old, #"{"spec":{"type":"NodePort","ports":[{"port":80}]}}"#)
        #expect(same["spec"] == old["spec"])
        let plain = try services.updated(old, #"{"spec":{"type":"ClusterIP","ports":[{"port":80}]}}"#)
        #expect(plain[path: "spec", "clusterIP"] == old[path: "spec", "clusterIP"])
        #expect(plain[path: "spec", "ports"]?[0]?["nodePort"] == nil)
        #expect(plain[path: "spec", "externalTrafficPolicy"] == nil)
    }

    @Test(
        "Faults are told with their field",
        arguments: [
            (#"{"spec":{"selector":{"a":"b"}}}"#, ["spec.ports: Required value"]),
            (
                #"{"spec":{"ports":[{"port":80},{"port":81}]}}"#,
                ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"]
            ),
            (#"{"spec":{"type":"ExternalName"}}"#, ["spec.externalName: Required value"]),
            (
                #"{"spec":{"ports":[{"port":80}],"sessionAffinity":"Always"}}"#,
                [#"spec.sessionAffinity: Unsupported value: "Always": supported values: "ClientIP", "None""#]
            ),
        ])
    func faults(text: String, expected: [String]) throws {
        #expect(try services.faults(text) == expected)
    }
}
