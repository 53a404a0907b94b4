import Foundation
import KubeCore

/// One measured number, beside that of a peer where there is one.
struct Figure: Sendable {
    /// Which of two numbers is the better one.
    enum Direction: Sendable {
        case higher
        case lower
    }

    /// What it is compared with.
    struct Peer: Sendable {
        let name: String
        let value: Double
    }

    let name: String
    let value: Double
    let unit: String
    let better: Direction
    var peer: Peer?

    /// The line of `--json`.
    var json: String {
        let object: JSONValue = [
            "name": .string(name), "value": .double(Self.rounded(value)), "unit": .string(unit),
            "peer": peer.map { .string($0.name) } ?? .null,
            "peerValue": peer.map { .double(Self.rounded($0.value)) } ?? .null,
        ]
        return object.serialized()
    }

    static let tableHead = row("name", "value", "unit", "better", "peer", "peerValue")

    /// The line of the table. `better` is how many times better than the peer, below 1 where it is worse.
    var tableRow: String {
        let ratio = peer.map { better == .higher ? value / $0.value : $0.value / value }
        return Self.row(
            name, Self.text(value), unit, ratio.map { String(format: "%.2f", $0) + "x" } ?? "", peer?.name ?? "",
            peer.map { Self.text($0.value) } ?? "")
    }

    private static func row(
        _ name: String, _ value: String, _ unit: String, _ ratio: String, _ peer: String, _ peerValue: String
    ) -> String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return [
            left(name, 32), right(value, 12), left(unit, 14), right(ratio, 8), right(peerValue, 12), peer,
        ].joined(separator: "  ")
    }

    /// Four significant digits: more than runs agree on.
    private static func rounded(_ value: Double) -> Double { Double(String(format: "%.4g", value)) ?? value }

    private static func text(_ value: Double) -> String {
        abs(value) >= 1000 ? String(format: "%.0f", value) : String(format: "%.4g", value)
    }
}

/// The two streams of the process; every line is out before the next begins.
enum Output {
    static func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
