/// A regular expression compiled to instructions, and the machine that runs them over all threads at once.
struct RegexProgram: Sendable {
    private enum Instruction: Sendable {
        case set(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case assertion(RegexNode.Assertion)
        case match
    }

    private static let maximumInstructions = 100_000

    private var instructions: [Instruction] = []
    private let slotCount: Int
    /// Whether a match can only begin where the text begins.
    private var isAnchored = false
    let names: [String: Int]

    init(_ node: RegexNode, groups: Int, names: [String: Int]) throws(GoError) {
        slotCount = (groups + 1) * 2
        self.names = names
        instructions.append(.save(0))
        try compile(node)
        instructions.append(.save(1))
        instructions.append(.match)
        isAnchored = Self.beginsAtStart(node)
    }

    private static func beginsAtStart(_ node: RegexNode) -> Bool {
        switch node {
        case .assertion(.textStart): true
        case .sequence(let nodes): nodes.first.map { beginsAtStart($0) } ?? false
        case .group(let node, _): beginsAtStart(node)
        case .alternatives(let nodes): nodes.allSatisfy { beginsAtStart($0) }
        default: false
        }
    }

    private mutating func compile(_ node: RegexNode) throws(GoError) {
        guard instructions.count < Self.maximumInstructions else {
            throw GoError("error parsing regexp: expression too large")
        }
        switch node {
        case .empty: return
        case .set(let set): instructions.append(.set(set))
        case .sequence(let nodes): for node in nodes { try compile(node) }
        case .alternatives(let nodes):
            var jumps: [Int] = []
            for (index, node) in nodes.enumerated() {
                if index == nodes.count - 1 {
                    try compile(node)
                    continue
                }
                let split = instructions.count
                instructions.append(.match)
                try compile(node)
                jumps.append(instructions.count)
                instructions.append(.match)
                instructions[split] = .split(split + 1, instructions.count)
            }
            for jump in jumps { instructions[jump] = .jump(instructions.count) }
        case .group(let node, let index):
            instructions.append(.save(index * 2))
            try compile(node)
            instructions.append(.save(index * 2 + 1))
        case .repetition(let node, let minimum, let maximum, let isGreedy):
            for _ in 0..<minimum { try compile(node) }
            if let maximum {
                var splits: [Int] = []
                for _ in minimum..<max(minimum, maximum) {
                    splits.append(instructions.count)
                    instructions.append(.match)
                    try compile(node)
                }
                for split in splits { instructions[split] = branch(split + 1, instructions.count, isGreedy) }
            } else {
                let split = instructions.count
                instructions.append(.match)
                try compile(node)
                instructions.append(.jump(split))
                instructions[split] = branch(split + 1, instructions.count, isGreedy)
            }
        case .assertion(let assertion): instructions.append(.assertion(assertion))
        }
    }

    private func branch(_ inside: Int, _ outside: Int, _ isGreedy: Bool) -> Instruction {
        isGreedy ? .split(inside, outside) : .split(outside, inside)
    }

    private struct Threads {
        var order: [Int] = []
        var slots: [[Int]] = []
        var member: [Int]

        init(_ count: Int) { member = [Int](repeating: -1, count: count) }

        mutating func clear() {
            order.removeAll(keepingCapacity: true)
            slots.removeAll(keepingCapacity: true)
        }

        func contains(_ instruction: Int) -> Bool {
            let place = member[instruction]
            return place >= 0 && place < order.count && order[place] == instruction
        }
    }

    /// The slots of the leftmost match at or after a position, the first of equals by priority.
    func run(_ text: [UInt8], from start: Int) -> [Int]? {
        var current = Threads(instructions.count)
        var next = Threads(instructions.count)
        var seen = [Int](repeating: -1, count: instructions.count)
        var generation = 0
        var best: [Int]?
        var position = start
        let empty = [Int](repeating: -1, count: slotCount)
        while true {
            if current.order.isEmpty {
                if best != nil || (isAnchored && position > 0) { break }
            }
            if best == nil {
                generation += 1
                for instruction in current.order { seen[instruction] = generation }
                add(0, empty, text, position, &current, &seen, generation)
            }
            if current.order.isEmpty, position >= text.count { break }
            let (scalar, width) = position < text.count ? GoQuoting.decode(text, position) : (nil, 1)
            generation += 1
            for (index, instruction) in current.order.enumerated() {
                switch instructions[instruction] {
                case .match:
                    best = current.slots[index]
                case .set(let set):
                    if position < text.count, set.contains(scalar ?? 0xFFFD) {
                        add(instruction + 1, current.slots[index], text, position + width, &next, &seen, generation)
                    }
                    continue
                default: continue
                }
                // A match cuts off every thread of lower priority.
                break
            }
            swap(&current, &next)
            next.clear()
            if position >= text.count { break }
            position += width
        }
        return best
    }

    /// Adds a thread and all it leads to without reading on; a stack of its own, as programs may be long.
    private func add(
        _ instruction: Int, _ slots: [Int], _ text: [UInt8], _ position: Int, _ threads: inout Threads,
        _ seen: inout [Int], _ generation: Int
    ) {
        var stack: [(Int, [Int])] = [(instruction, slots)]
        while let (instruction, slots) = stack.popLast() {
            if seen[instruction] == generation { continue }
            seen[instruction] = generation
            switch instructions[instruction] {
            case .jump(let target): stack.append((target, slots))
            case .split(let first, let second):
                stack.append((second, slots))
                stack.append((first, slots))
            case .save(let slot):
                var slots = slots
                slots[slot] = position
                stack.append((instruction + 1, slots))
            case .assertion(let assertion):
                if holds(assertion, text, position) { stack.append((instruction + 1, slots)) }
            case .set, .match:
                threads.member[instruction] = threads.order.count
                threads.order.append(instruction)
                threads.slots.append(slots)
            }
        }
    }

    private func holds(_ assertion: RegexNode.Assertion, _ text: [UInt8], _ position: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            guard text.indices.contains(index) else { return false }
            let byte = text[index]
            return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x5F
        }
        switch assertion {
        case .textStart: return position == 0
        case .textEnd: return position == text.count
        case .lineStart: return position == 0 || text[position - 1] == 0x0A
        case .lineEnd: return position == text.count || text[position] == 0x0A
        case .wordBoundary: return isWord(position - 1) != isWord(position)
        case .noWordBoundary: return isWord(position - 1) == isWord(position)
        }
    }
}
