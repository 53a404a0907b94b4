import KubeCore

/// Gives services their addresses and node ports, none of them twice.
struct ServiceAllocation {
    /// The range of addresses, 10.96.0.0/12, of which the first is the API server's.
    private static let network: UInt32 = 10 << 24 | 96 << 16
    private static let size: UInt32 = 1 << 20
    private static let nodePorts = 30000...32767

    private let others: [JSONValue]
    private let random: @Sendable (Int) -> Int
    private var errors: [FieldError] = []

    /// - Parameter object: the service that allocates, whose stored state does not stand in its own way.
    init(for object: KubeObject, _ context: WriteContext) {
        others = context.objects(.services, nil).filter {
            $0.name != object.name || $0.namespace != object.namespace
        }.map(\.specification)
        random = context.random
    }

    /// Fills in everything that the service needs and lacks.
    ///
    /// - Returns: what could not be given.
    mutating func allocate(_ spec: inout JSONValue, old: JSONValue?) -> [FieldError] {
        let needs = ServiceNeeds(spec)
        if needs.hasClusterIP {
            chooseFamilies(&spec, needs)
            giveAddress(&spec, needs, old: old)
        }
        if needs.mayHaveNodePorts { givePorts(&spec, needs, old: old) }
        if needs.hasHealthCheckPort, spec.number("healthCheckNodePort") == 0 {
            spec.set(.integer(freePort(protocol: "TCP", taken: [])), at: "healthCheckNodePort")
        }
        return errors
    }

    private mutating func chooseFamilies(_ spec: inout JSONValue, _ needs: ServiceNeeds) {
        let isUnmanaged = needs.isHeadless && spec.lacks("selector")
        let policy = spec.text("ipFamilyPolicy")
        if policy == "RequireDualStack", !isUnmanaged {
            errors.append(
                .invalid(
                    "spec.ipFamilyPolicy", spec["ipFamilyPolicy"],
                    "this cluster is not configured for dual-stack services"))
            return
        }
        if spec.lacks("ipFamilies") { spec.set(["IPv4"], at: "ipFamilies") }
        // Where the endpoints are not the cluster's own, both families are possible.
        if policy.isEmpty { spec.set(isUnmanaged ? "RequireDualStack" : "SingleStack", at: "ipFamilyPolicy") }
        if isUnmanaged, spec.text("ipFamilyPolicy") != "SingleStack", spec.list("ipFamilies").count == 1 {
            let first = spec.list("ipFamilies")[0]
            spec.set([first, first == "IPv4" ? "IPv6" : "IPv4"], at: "ipFamilies")
        }
        if !isUnmanaged, spec.list("ipFamilies").contains("IPv6") {
            errors.append(
                .invalid("spec.ipFamilies[0]", "IPv6", "not configured on this cluster"))
        }
    }

    private mutating func giveAddress(_ spec: inout JSONValue, _ needs: ServiceNeeds, old: JSONValue?) {
        if needs.isHeadless {
            spec.set("None", at: "clusterIP")
            spec.set(["None"], at: "clusterIPs")
            return
        }
        guard errors.isEmpty else { return }
        let wanted =
            spec.text("clusterIP").isEmpty ? spec.list("clusterIPs").first?.stringValue ?? "" : spec.text("clusterIP")
        let taken = Set(others.map { $0.text("clusterIP") })
        if wanted.isEmpty {
            // The first addresses are left for those who ask for a certain one.
            let host = 256 + UInt32(random(Int(Self.size) - 512))
            let address = nextFree(from: host, taken)
            spec.set(.string(address), at: "clusterIP")
            spec.set([.string(address)], at: "clusterIPs")
            return
        }
        spec.set(.string(wanted), at: "clusterIP")
        if spec.lacks("clusterIPs") { spec.set([.string(wanted)], at: "clusterIPs") }
        guard wanted != old?.text("clusterIP"), let parsed = IPAddress(wanted), parsed.isIPv4 else { return }
        let value = parsed.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if value < Self.network || value - Self.network >= Self.size {
            fail(
                spec,
                "failed to allocate IP \(wanted): the provided IP (\(wanted)) is not in the valid range. The range of valid IPs is 10.96.0.0/12"
            )
        } else if taken.contains(wanted) {
            fail(spec, "failed to allocate IP \(wanted): provided IP is already allocated")
        }
    }

    /// The first address from a place on that no service has.
    private func nextFree(from host: UInt32, _ taken: Set<String>) -> String {
        var address = ""
        for offset in 0..<Self.size {
            let value = Self.network + (host + offset) % Self.size
            address = "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
            if value & 255 != 0, !taken.contains(address) { break }
        }
        return address
    }

    private mutating func fail(_ spec: JSONValue, _ detail: String) {
        errors.append(.invalid("spec.clusterIPs", spec["clusterIPs"], detail))
    }

    private mutating func givePorts(_ spec: inout JSONValue, _ needs: ServiceNeeds, old: JSONValue?) {
        let known = Set((old?.list("ports") ?? []).map { $0.number("nodePort") })
        var given: Set<String> = []
        var faults: [FieldError] = []
        var index = 0
        spec.editEach("ports") { port in
            defer { index += 1 }
            let name = port.text("protocol")
            let wanted = port.number("nodePort")
            if wanted == 0 {
                guard needs.hasNodePorts else { return }
                let number = freePort(protocol: name, taken: given)
                given.insert("\(name)/\(number)")
                port.set(.integer(number), at: "nodePort")
                return
            }
            given.insert("\(name)/\(wanted)")
            guard !known.contains(wanted) else { return }
            if !Self.nodePorts.contains(Int(wanted)) {
                faults.append(
                    .invalid(
                        "spec.ports[\(index)].nodePort", .integer(wanted),
                        "provided port is not in the valid range. The range of valid ports is 30000-32767"))
            } else if takenPorts(protocol: name).contains(wanted) {
                faults.append(
                    .invalid("spec.ports[\(index)].nodePort", .integer(wanted), "provided port is already allocated"))
            }
        }
        errors += faults
    }

    private func takenPorts(protocol name: String) -> Set<Int64> {
        var taken: Set<Int64> = []
        for other in others {
            for port in other.list("ports") where port.text("protocol") == name {
                taken.insert(port.number("nodePort"))
            }
            if name == "TCP" { taken.insert(other.number("healthCheckNodePort")) }
        }
        return taken
    }

    private func freePort(protocol name: String, taken given: Set<String>) -> Int64 {
        let taken = takenPorts(protocol: name)
        let count = Self.nodePorts.count
        let start = random(count)
        for offset in 0..<count {
            let number = Int64(Self.nodePorts.lowerBound + (start + offset) % count)
            if !taken.contains(number), !given.contains("\(name)/\(number)") { return number }
        }
        return Int64(Self.nodePorts.upperBound)
    }
}
