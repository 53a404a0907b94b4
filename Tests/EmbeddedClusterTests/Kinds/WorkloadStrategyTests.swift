import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Workloads")
struct WorkloadStrategyTests {
    private let deployments = KindFixture(.deployments)
    private let template = #"{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#

    private func deployment(_ more: String = "") -> String {
        #"{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":\#(template)\#(more)}}"#
    }

    @Test(
        "A rolling update must be able to move",
        arguments: [
            (
                #"{"maxSurge":0,"maxUnavailable":"0%"}"#,
                #"maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0"#
            ),
            (#"{"maxUnavailable":"150%"}"#, #"maxUnavailable: Invalid value: "150%": must not be greater than 100%"#),
            (#"{"maxSurge":-1}"#, "maxSurge: Invalid value: -1: must be greater than or equal to 0"),
        ])
    func rollingUpdate(rolling: String, expected: String) throws {
        let text = deployment(#","strategy":{"rollingUpdate":\#(rolling)}"#)
        #expect(try deployments.faults(text) == ["spec.strategy.rollingUpdate.\(expected)"])
    }

    @Test("A selector that the template does not match is refused, and a changed one too")
    func selector() throws {
        let stray = #"{"spec":{"selector":{"matchLabels":{"x":"y"}},"template":\#(template)}}"#
        #expect(
            try deployments.faults(stray) == [
                #"spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`"#
            ])
        let old = try deployments.created(deployment())
        var new = old
        new.set(["matchExpressions": [["key": "a", "operator": "Exists"]]], at: "spec", "selector")
        #expect(
            deployments.faults(new, old: old).contains {
                $0.hasPrefix("spec.selector: ") && $0.hasSuffix("field is immutable")
            })
    }

    @Test("Jobs label and select their pods by their own identity")
    func job() throws {
        let jobs = KindFixture(.jobs)
        let job = try jobs.created(
            #"{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}"#)
        #expect(job[path: "spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"] == "uid-of-x")
        #expect(job.labels["job-name"] == "x")
        #expect(jobs.faults(job, old: nil) == [])
        var more = job
        more.set(3, at: "spec", "completions")
        #expect(jobs.faults(more, old: job) == ["spec.completions: Invalid value: 3: field is immutable"])
    }

    @Test("A daemon set counts the changes of its template in the old way, too")
    func daemonSet() throws {
        let sets = KindFixture(.daemonSets)
        let annotation = "deprecated.daemonset.template.generation"
        let old = try sets.created(deployment())
        #expect(old.annotations[annotation] == "1")
        let changed = deployment().replacingFirst(#""image":"i""#, with: #""image":"j""#)
        #expect(try sets.updated(old, changed).annotations[annotation] == "2")
        #expect(try sets.updated(old, deployment()).annotations[annotation] == "1")
    }

    @Test(
        "Schedules are checked",
        arguments: [
            ("*/5 * * * *", nil), ("@daily", nil), ("0 0 1 jan mon-fri", nil),
            ("often", "expected exactly 5 fields, found 1: [often]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
        ] as [(String, String?)])
    func schedule(text: String, problem: String?) {
        #expect(CronSyntax.problem(text) == problem)
    }
}

extension String {
    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = self.firstRange(of: old) else { return self }
        return self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}
