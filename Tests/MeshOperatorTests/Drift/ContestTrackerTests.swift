import KubeCore
import Testing

@testable import MeshOperator

@Suite("Fights over a field")
struct ContestTrackerTests {
    private let deployment = ObjectIdentity(
        GroupKind(group: "apps", kind: "Deployment"), ObjectKey(namespace: "istio-system", name: "istiod"))

    private func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_000_000 + seconds) }

    @Test("a few corrections happen at once; then they are held back, longer each time, up to half an hour")
    func backOff() {
        var tracker = ContestTracker()
        var now: Int64 = 0
        var waits: [Int64] = []
        for _ in 0..<20 {
            if let hold = tracker.hold(deployment, paths: ["/spec/replicas"], at: time(now)) {
                waits.append(hold.components.seconds)
                now += hold.components.seconds
                #expect(tracker.hold(deployment, paths: ["/spec/replicas"], at: time(now)) == nil)
            } else {
                waits.append(0)
            }
            tracker.corrected(deployment, paths: ["/spec/replicas"], manager: "hpa", at: time(now))
        }
        #expect(waits.prefix(9) == [0, 0, 0, 0, 0, 10, 20, 40, 80])
        #expect(waits.max() == 1800)
    }

    @Test("a contested field is told with the other writer's name")
    func contested() {
        var tracker = ContestTracker()
        for second in 0..<5 {
            tracker.corrected(
                deployment, paths: ["/spec/replicas"], manager: second == 4 ? "hpa" : nil, at: time(Int64(second)))
        }
        let contested = tracker.contested
        #expect(contested.map(\.field.path) == ["/spec/replicas"])
        #expect(contested.first?.manager == "hpa")
    }

    @Test("a field that nobody contests is corrected at once, whatever else is held back")
    func otherFields() {
        var tracker = ContestTracker()
        for second in 0..<6 {
            tracker.corrected(deployment, paths: ["/spec/replicas"], manager: nil, at: time(Int64(second)))
        }
        #expect(tracker.hold(deployment, paths: ["/spec/replicas"], at: time(6)) != nil)
        #expect(tracker.hold(deployment, paths: ["/spec/replicas", "/spec/paused"], at: time(6)) == nil)
    }

    @Test("a field that has been quiet is forgotten")
    func forgotten() {
        var tracker = ContestTracker()
        for second in 0..<5 { tracker.corrected(deployment, paths: [""], manager: nil, at: time(Int64(second))) }
        #expect(tracker.forget(at: time(100)) == .seconds(504))
        #expect(!tracker.contested.isEmpty)
        #expect(tracker.forget(at: time(604)) == nil)
        #expect(tracker.contested.isEmpty)
    }
}
