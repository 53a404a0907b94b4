/// What goes wrong in one run, and in which order ready tasks run in it: all that is needed to run it again.
public struct FaultPlan: Sendable, Hashable, CustomStringConvertible {
    /// The scenario's name.
    public var scenario: String
    /// Orders ready tasks and draws delays on the network: 0 for first come, first served and the same delay always.
    public var seed: UInt64
    /// What goes wrong; nothing in the baseline.
    public var faults: [Fault]

    /// A plan.
    public init(scenario: String, seed: UInt64 = 0, faults: [Fault] = []) {
        self.scenario = scenario
        self.seed = seed
        self.faults = faults
    }

    /// Why a line is no plan.
    public struct Malformed: Error, CustomStringConvertible, Equatable {
        /// What is wrong with it.
        public let description: String
    }

    /// Reads a plan as ``description`` writes it.
    ///
    /// - Throws: ``Malformed``.
    public init(parsing line: String) throws(Malformed) {
        var words = line.split(separator: " ")[...]
        guard words.popFirst() == "plan:" else { throw Malformed(description: "a plan begins with \"plan:\": \(line)") }
        self.init(scenario: "")
        for word in words {
            guard let mark = word.firstIndex(of: "=") else {
                throw Malformed(description: "\(word): expected name=value")
            }
            let (name, value) = (word[..<mark], word[word.index(after: mark)...])
            switch name {
            case "scenario": scenario = String(value)
            case "seed":
                guard let seed = UInt64(value) else { throw Malformed(description: "\(word): the seed is a number") }
                self.seed = seed
            default:
                guard let kind = Fault.Kind(rawValue: String(name)) else {
                    throw Malformed(description: "\(name): there is no such fault")
                }
                guard let point = InjectionPoint(parsing: value) else {
                    throw Malformed(description: "\(value): a point is verb:resource:object#occurrence")
                }
                faults.append(Fault(kind, at: point))
            }
        }
    }

    /// The plan in one line, for ``init(parsing:)``.
    public var description: String {
        (["plan:", "scenario=\(scenario)", "seed=\(seed)"] + faults.map(\.description)).joined(separator: " ")
    }
}
