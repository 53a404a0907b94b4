import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Volumes, taints and leases")
struct VolumeTests {
    private let claim: JSONValue = [
        "metadata": ["name": "data"],
        "spec": [
            "accessModes": ["ReadWriteOnce"], "storageClassName": "fast",
            "resources": ["requests": ["storage": "2Gi"]],
        ],
    ]

    @Test("A claim is bound to a volume made for it, which goes with the claim")
    func binds() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.persistentVolumeClaims, claim)
        try await virtual.settle()
        let claim = try virtual.get(.persistentVolumeClaims, "data")
        let volume = try virtual.get(.persistentVolumes, "pvc-\(claim.uid ?? "")")
        #expect(claim.phase == "Bound" && volume.phase == "Bound")
        #expect(claim.spec["volumeName"]?.stringValue == volume.name)
        #expect(claim[path: "status", "capacity", "storage"] == "2Gi")
        try await virtual.access.delete(.persistentVolumeClaims, namespace: "default", name: "data", DeleteOptions())
        try await virtual.settle()
        #expect(virtual.cluster.objects(.persistentVolumes).isEmpty)
    }

    @Test("A claim of no class is left to whoever makes volumes by hand")
    func unprovisioned() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        var claim = claim
        claim.set("", at: "spec", "storageClassName")
        try await virtual.create(.persistentVolumeClaims, claim)
        try await virtual.settle()
        #expect(virtual.cluster.objects(.persistentVolumes).isEmpty)
    }

    @Test("A NoExecute taint evicts what does not tolerate it at once, and the rest when its time is over")
    func taints() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        let tolerations: [(String, JSONValue)] = [
            ("never", []), ("awhile", [["key": "broken", "operator": "Exists", "tolerationSeconds": 120]]),
            ("always", [["operator": "Exists"]]),
        ]
        for (name, tolerations) in tolerations {
            try await virtual.create(
                .pods,
                [
                    "metadata": ["name": .string(name)],
                    "spec": [
                        "nodeName": "node-1", "tolerations": tolerations,
                        "containers": [["name": "app", "image": "app:1"]],
                    ],
                ])
        }
        try await virtual.settle()
        try await virtual.patch(
            .nodes, "node-1",
            [
                "spec": [
                    "taints": [
                        [
                            "key": "broken", "effect": "NoExecute",
                            "timeAdded": .string(virtual.cluster.now.description),
                        ]
                    ]
                ]
            ])
        try await virtual.settle(for: .seconds(60))
        #expect(Set(virtual.cluster.objects(.pods).map(\.name)) == ["awhile", "always"])
        try await virtual.settle(for: .seconds(120))
        #expect(virtual.cluster.objects(.pods).map(\.name) == ["always"])
    }

    @Test("Every node has a lease, renewed as often as the settings say")
    func leases() async throws {
        var settings = SimulationSettings()
        settings.leaseRenewal = .seconds(10)
        let virtual = VirtualCluster(settings: settings)
        try await virtual.start()
        let first = try virtual.get(.leases, "node-1", namespace: "kube-node-lease").spec["renewTime"]
        try await virtual.settle(for: .seconds(30))
        let later = try virtual.get(.leases, "node-1", namespace: "kube-node-lease")
        #expect(later.spec["holderIdentity"] == "node-1" && later.spec["renewTime"] != first)
    }

    @Test(
        "A cron schedule may be of a time zone, through both changes of its clocks",
        arguments: [
            ("0 3 * * *", "Europe/Berlin", "2026-03-01T10:00:00Z", "2026-03-02T02:00:00Z"),
            ("0 3 * * *", "Europe/Berlin", "2026-07-01T10:00:00Z", "2026-07-02T01:00:00Z"),
            // On 29 March the clocks go from 02:00 to 03:00; on 25 October from 03:00 to 02:00.
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T10:00:00Z", "2026-03-30T00:30:00Z"),
            ("0 4 * * *", "Europe/Berlin", "2026-03-28T10:00:00Z", "2026-03-29T02:00:00Z"),
            ("0 4 * * *", "Europe/Berlin", "2026-10-24T10:00:00Z", "2026-10-25T03:00:00Z"),
            ("0 0 * * *", "America/New_York", "2026-01-01T00:00:00Z", "2026-01-01T05:00:00Z"),
        ])
    func timeZones(text: String, zone: String, after: String, next: String) throws {
        let schedule = try #require(CronSchedule(text, timeZone: zone))
        #expect(schedule.next(after: try #require(Timestamp(after)))?.description == next)
        #expect(CronSchedule(text, timeZone: "Mars/Olympus") == nil)
    }
}
