import Foundation

/// The file in which a worker writes down each input before it runs it, so that the input that kills it is known.
///
/// Two little-endian numbers of eight bytes, the index and the length of the input, then the input.
struct InputRecord {
    private let handle: FileHandle
    private static let headerSize = 16

    /// A new file.
    init(creating url: URL) throws {
        try Data(count: Self.headerSize).write(to: url)
        handle = try FileHandle(forWritingTo: url)
    }

    /// Replaces what was written before.
    func write(_ index: Int, _ input: [UInt8]) throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + input.count)
        for number in [index, input.count] {
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        bytes += input
        try handle.seek(toOffset: 0)
        try handle.write(contentsOf: Data(bytes))
    }

    /// What was written last; nil before the first input.
    static func read(_ url: URL) throws -> (index: Int, input: [UInt8])? {
        let bytes = [UInt8](try Data(contentsOf: url))
        guard bytes.count > headerSize else { return nil }
        func number(_ offset: Int) -> Int {
            (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        return (number(0), Array(bytes[headerSize...].prefix(max(number(8), 0))))
    }
}
