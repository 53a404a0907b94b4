import HelmCharts
import KubeCore
import Testing

/// A bad chart ends with an error, in bounded time and memory.
@Suite("Limits of a render") struct RenderLimitsTests {
    private static func failure(_ template: String, _ change: (inout ChartRenderer.Options) -> Void = { _ in })
        -> String?
    {
        var options = ChartRenderer.Options()
        options.maximumOutputBytes = 1 << 20
        options.maximumSteps = 200_000
        change(&options)
        do {
            let chart = try ChartFixtures.chart(["templates/case.yaml": template])
            _ = try ChartFixtures.render(chart, [:], options: options)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "what would never end, or fill the memory, is refused",
        arguments: [
            #"{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}"#,
            #"{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}"#,
            #"{{ $t := "{{ tpl .t . }}" }}{{ tpl $t (dict "t" $t) }}"#,
            #"{{ repeat 2000000 "x" }}"#,
            "{{ until 1000000000 | len }}",
            "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}",
            #"{{ range until 10000 }}{{ repeat 1000 "x" }}{{ end }}"#,
            #"{{ randAlphaNum 100000000 }}"#,
            #"{{ indent 2000000 "x" }}"#,
            #"{{ printf "%1000000v" (list 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30) | nindent 2 }}"#,
        ])
    func refused(template: String) {
        #expect(Self.failure(template) != nil)
    }

    @Test("expressions that make other engines backtrack without end are matched in linear time")
    func expressions() {
        let clock = ContinuousClock()
        let start = clock.now
        #expect(Self.failure(#"{{ regexMatch "(a*)*b|(a|aa)+$|(.*)(.*)(.*)x" (repeat 2000 "a") }}"#) == nil)
        #expect(clock.now - start < .seconds(20))
    }

    @Test("a render stops when its task is cancelled")
    func cancellation() async {
        let task = Task { () -> String? in
            withUnsafeCurrentTask { $0?.cancel() }
            return Self.failure("{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}") {
                $0.maximumSteps = .max
            }
        }
        #expect(await task.value?.contains("cancelled") == true)
    }
}
