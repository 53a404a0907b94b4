/// The state of a body between its producer (a socket, a server in the same process) and its one reader.
///
/// A value: methods return what is to be done outside the lock that guards it.
struct BodyBuffer {
    /// Wakes whoever waits; they then look again.
    typealias Waiter = CheckedContinuation<Void, Never>

    private enum Ending {
        case open
        case finished
        case failed(HTTPTransportError)
    }

    enum Offer {
        /// Taken; wake the reader if there is one.
        case accepted(reader: Waiter?)
        /// Not taken: the reader has enough for now. The producer is told when that changes.
        case full
        /// Not taken: nobody will read any more.
        case abandoned
    }

    enum Take {
        /// What was there, or a part of it where that was much. The producer, if it was held back, may go on.
        case bytes([UInt8], producerMayResume: Bool, producer: Waiter?)
        case end
        case failed(HTTPTransportError)
        case wait
    }

    private let regularCapacity: Int
    private var capacity: Int
    private var bytes: [UInt8] = []
    /// How many of the bytes the reader has had already.
    private var taken = 0
    private var waiting: Int { bytes.count - taken }
    private var ending = Ending.open
    private var reader: Waiter?
    private var producer: Waiter?
    private var isProducerHeldBack = false
    private var isAbandoned = false

    init(capacity: Int) {
        regularCapacity = max(1, capacity)
        self.capacity = regularCapacity
    }

    /// Offers bytes. They are taken whole while less than the capacity is waiting, so that at most one offer exceeds
    /// it.
    mutating func offer(_ new: UnsafeRawBufferPointer) -> Offer {
        guard case .open = ending, !isAbandoned else { return .abandoned }
        if waiting >= capacity {
            isProducerHeldBack = true
            return .full
        }
        bytes.append(contentsOf: new)
        return .accepted(reader: takeReader())
    }

    /// Makes room for a producer that cannot be held back any longer, until the reader has caught up. False, with
    /// nothing changed, where that would be over the limit.
    mutating func grow(upTo limit: Int) -> Bool {
        let grown = max(waiting, capacity) * 2
        guard grown <= limit else { return false }
        capacity = grown
        isProducerHeldBack = false
        return true
    }

    /// Ends the body; the first ending counts. Returns whom to wake.
    mutating func finish(_ error: HTTPTransportError?) -> (reader: Waiter?, producer: Waiter?) {
        guard case .open = ending else { return (nil, nil) }
        ending = error.map { .failed($0) } ?? .finished
        return (takeReader(), takeProducer())
    }

    /// What the reader gets. Bytes that came before a failure are delivered before it.
    mutating func take() -> Take {
        if waiting > 0 {
            let piece = takePiece()
            guard waiting < capacity else { return .bytes(piece, producerMayResume: false, producer: nil) }
            let wasHeldBack = isProducerHeldBack
            isProducerHeldBack = false
            return .bytes(piece, producerMayResume: wasHeldBack, producer: takeProducer())
        }
        if isAbandoned { return .failed(HTTPTransportError(.cancelled, "the reading of the response was cancelled")) }
        switch ending {
        case .open: return .wait
        case .finished: return .end
        case .failed(let error): return .failed(error)
        }
    }

    /// Parks the reader; false if there is something to look at already.
    mutating func park(reader waiter: Waiter) -> Bool {
        guard case .open = ending, waiting == 0, !isAbandoned else { return false }
        precondition(reader == nil, "a body is read by one task")
        reader = waiter
        return true
    }

    /// Parks a producer whose offer was refused; false if it may offer again already.
    mutating func park(producer waiter: Waiter) -> Bool {
        guard case .open = ending, waiting >= capacity, !isAbandoned else { return false }
        precondition(producer == nil, "a body is written by one task")
        producer = waiter
        return true
    }

    /// Nobody will read any more. Returns whom to wake, and whether this was news.
    mutating func abandon() -> (isNews: Bool, reader: Waiter?, producer: Waiter?) {
        let isNews: Bool
        if case .open = ending { isNews = !isAbandoned } else { isNews = false }
        isAbandoned = true
        bytes = []
        taken = 0
        return (isNews, takeReader(), takeProducer())
    }

    /// Everything, unless the buffer has grown: a reader that is behind is not to be busy with one piece for so long that
    /// it falls behind further.
    private mutating func takePiece() -> [UInt8] {
        guard waiting > 2 * regularCapacity else {
            let piece = taken == 0 ? bytes : Array(bytes[taken...])
            (bytes, taken, capacity) = ([], 0, regularCapacity)
            return piece
        }
        let piece = Array(bytes[taken..<taken + regularCapacity])
        taken += piece.count
        // Now and then, so that every byte is moved a few times at the most.
        if taken > waiting {
            bytes.removeFirst(taken)
            taken = 0
        }
        return piece
    }

    private mutating func takeReader() -> Waiter? {
        defer { reader = nil }
        return reader
    }

    private mutating func takeProducer() -> Waiter? {
        defer { producer = nil }
        return producer
    }
}
