import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Pods")
struct PodTests {
    private let pods = KindFixture(.pods)

    @Test(
        "The pull policy follows from the tag",
        arguments: [
            ("a:1", "IfNotPresent"), ("a", "Always"), ("a:latest", "Always"), ("host:5000/a", "Always"),
            ("host:5000/a:2", "IfNotPresent"), ("a@sha256:00", "IfNotPresent"),
        ])
    func pullPolicy(image: String, expected: String) throws {
        let pod = try pods.created(#"{"spec":{"containers":[{"name":"c","image":"\#(image)"}]}}"#)
        #expect(pod[path: "spec", "containers"]?[0]?["imagePullPolicy"] == .string(expected))
    }

    @Test("Defaults do not change what they have filled in")
    func idempotence() throws {
        let pod = try pods.created(
            """
            {"spec":{"containers":[{"name":"c","image":"i","livenessProbe":{"httpGet":{"port":80}},
             "resources":{"limits":{"cpu":"1000m"}}}],"volumes":[{"name":"v","secret":{"secretName":"s"}}]}}
            """)
        var again = pod
        pods.strategy.applyDefaults(&again)
        #expect(again == pod)
    }

    @Test(
        "The quality of service follows from limits and requests",
        arguments: [
            ("{}", "BestEffort"), (#"{"requests":{"cpu":"1"}}"#, "Burstable"),
            (#"{"limits":{"cpu":"1","memory":"1Gi"}}"#, "Guaranteed"),
            (#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}"#, "Burstable"),
        ])
    func quality(resources: String, expected: String) throws {
        let pod = try pods.created(
            #"{"spec":{"containers":[{"name":"c","image":"i","resources":\#(resources)}]}}"#)
        #expect(pod[path: "status", "qosClass"] == .string(expected))
    }

    @Test(
        "Faults of containers are told with their field",
        arguments: [
            (#"{"name":"a"}"#, "spec.containers[0].image: Required value"),
            (
                #"{"name":"a","image":"i","ports":[{"containerPort":70000}]}"#,
                "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"
            ),
            (
                #"{"name":"a","image":"i","volumeMounts":[{"name":"nope","mountPath":"/x"}]}"#,
                #"spec.containers[0].volumeMounts[0].name: Not found: "nope""#
            ),
            (
                #"{"name":"a","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}"#,
                #"spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1"#
            ),
        ])
    func faults(container: String, expected: String) throws {
        #expect(try pods.faults(#"{"spec":{"containers":[\#(container)]}}"#) == [expected])
    }

    @Test("Only images and a few other fields of a pod may change")
    func immutability() throws {
        let old = try pods.created(#"{"spec":{"containers":[{"name":"c","image":"i:1"}]}}"#)
        let image = try pods.updated(old, #"{"spec":{"containers":[{"name":"c","image":"i:2"}]}}"#)
        #expect(pods.faults(image, old: old) == [])
        let policy = try pods.updated(
            old, #"{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]}}"#)
        #expect(pods.faults(policy, old: old).count == 1)
    }

    @Test("A pod on a node has time to end; one without a node, or that has ended, has none")
    func gracePeriod() throws {
        var pod = try pods.created(#"{"spec":{"containers":[{"name":"c","image":"i"}]}}"#)
        #expect(pods.strategy.gracePeriod(of: pod, nil) == 0)
        pod.set("node", at: "spec", "nodeName")
        #expect(pods.strategy.gracePeriod(of: pod, nil) == 30)
        #expect(pods.strategy.gracePeriod(of: pod, 5) == 5)
        pod.set("Succeeded", at: "status", "phase")
        #expect(pods.strategy.gracePeriod(of: pod, nil) == 0)
    }

    @Test(
        "The state shown is that of the container in trouble",
        arguments: [
            (
                #"{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}}]}"#, "1/1",
                "Running"
            ),
            (
                #"{"phase":"Running","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}"#,
                "0/1", "CrashLoopBackOff"
            ),
            (
                #"{"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":3}}}]}"#, "0/1",
                "ExitCode:3"
            ),
            (#"{"phase":"Pending"}"#, "0/1", "Pending"),
        ])
    func table(status: String, ready: String, reason: String) throws {
        var pod = try pods.created(#"{"spec":{"containers":[{"name":"c","image":"i"}]}}"#)
        pod["status"] = try JSONValue(parsing: status)
        let cells = pods.strategy.cells(of: pod, now: pods.now)
        #expect(cells.count == pods.strategy.columns.count)
        #expect(cells[1] == .string(ready))
        #expect(cells[2] == .string(reason))
    }
}
