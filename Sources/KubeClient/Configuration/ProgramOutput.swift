import Foundation
import HTTPTransport
import Synchronization

/// Runs a program for what it prints, without holding a thread.
enum ProgramOutput {
    /// The most bytes that are read.
    private static let limit = 1 << 20
    /// How much of the program's complaint is quoted.
    private static let quoted = 400

    private struct Streams {
        var output = Data()
        var complaint = Data()
        var openStreams = 2
        var exitCode: Int32?
        var waiter: CheckedContinuation<Void, Never>?

        /// The program has ended and everything it printed was read.
        mutating func takeWaiterIfDone() -> CheckedContinuation<Void, Never>? {
            guard openStreams == 0, exitCode != nil else { return nil }
            defer { waiter = nil }
            return waiter
        }
    }

    private final class Run: Sendable {
        let streams = Mutex(Streams())
    }

    /// The program's standard output.
    ///
    /// - Throws: ``KubeClientError/configuration(_:)`` where it cannot be run or fails, with what it complained of.
    static func run(
        _ program: String, arguments: [String], environment: [String: String]
    ) async throws(KubeClientError) -> [UInt8] {
        let run = Run()
        let process = Process()
        let output = Pipe()
        let complaint = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = complaint
        read(output, into: \.output, of: run)
        read(complaint, into: \.complaint, of: run)
        process.terminationHandler = { process in
            run.streams.withLock { streams in
                streams.exitCode = process.terminationStatus
                return streams.takeWaiterIfDone()
            }?.resume()
        }
        do {
            try process.run()
        } catch {
            throw .configuration("it cannot be run: \(error.localizedDescription)")
        }
        let identifier = process.processIdentifier
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                run.streams.withLock { streams in
                    streams.waiter = continuation
                    return streams.takeWaiterIfDone()
                }?.resume()
            }
        } onCancel: {
            kill(identifier, SIGTERM)
        }
        if Task.isCancelled {
            throw .transport(HTTPTransportError(.cancelled, "cancelled while credentials were fetched"))
        }
        let (bytes, complained, code) = run.streams.withLock { ([UInt8]($0.output), $0.complaint, $0.exitCode ?? -1) }
        guard code == 0 else {
            let words = String(decoding: complained.prefix(quoted), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            throw .configuration("it ended with code \(code)\(words.isEmpty ? "" : ": \(words)")")
        }
        return bytes
    }

    private static func read(_ pipe: Pipe, into field: any WritableKeyPath<Streams, Data> & Sendable, of run: Run) {
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            run.streams.withLock { streams in
                if data.isEmpty {
                    streams.openStreams -= 1
                } else if streams[keyPath: field].count + data.count <= limit {
                    streams[keyPath: field].append(data)
                }
                return streams.takeWaiterIfDone()
            }?.resume()
        }
    }
}
