import CCurl
import Foundation
import Synchronization

/// One thread that drives any number of transfers through one libcurl multi handle.
///
/// Callers hand over commands and wake the thread; everything that libcurl owns is touched by the thread alone.
final class CurlEventLoop: Sendable {
    enum Command {
        case start(CurlTransfer)
        case cancel(UInt64)
        case resume(UInt64)
    }

    /// Unchecked, because besides the loop's thread others only wake it, which libcurl allows from anywhere.
    private struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private struct Inbox {
        var commands: [Command] = []
        /// Nil once the loop has ended; guarded here so that nobody wakes a handle that is gone.
        var multi: MultiHandle?
        var isShuttingDown = false
    }

    /// How long a reader may hold a transfer back while others wait on the same connection.
    private static let holdLimit: Duration = .milliseconds(50)
    /// The most bytes that wait for a reader whose transfer cannot be held back.
    private static let overdraftLimit = 64 << 20

    private let liveness: ConnectionLiveness
    private let inbox: Mutex<Inbox>

    init(name: String, liveness: ConnectionLiveness) {
        self.liveness = liveness
        CurlGlobal.initialize()
        let handle = curl_multi_init().map { MultiHandle(pointer: $0) }
        inbox = Mutex(Inbox(multi: handle))
        guard let handle else { return }
        let multi = handle.pointer
        ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, ccurl_multiplex)
        // Connections that nobody uses are kept for the next requests, but not without limit.
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32)
        let thread = Thread { [self] in run(handle.pointer) }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Hands a command over; false if the loop has ended.
    func submit(_ command: Command) -> Bool {
        inbox.withLock { inbox in
            guard let multi = inbox.multi, !inbox.isShuttingDown else { return false }
            inbox.commands.append(command)
            // One wake is enough for all that is waiting.
            if inbox.commands.count == 1 { curl_multi_wakeup(multi.pointer) }
            return true
        }
    }

    /// Ends the loop; what is under way fails with `shutDown`.
    func shutDown() {
        inbox.withLock { inbox in
            guard let multi = inbox.multi, !inbox.isShuttingDown else { return }
            inbox.isShuttingDown = true
            curl_multi_wakeup(multi.pointer)
        }
    }

    /// What the loop's thread alone touches.
    private struct Work {
        let multi: UnsafeMutableRawPointer
        let connections: CurlConnections
        var transfers: [UInt64: CurlTransfer] = [:]
        var waiting: [UInt64: CurlTransfer] = [:]
        var admission = StreamAdmission<CurlConnections.Identifier>()
    }

    private func run(_ multi: UnsafeMutableRawPointer) {
        Self.blockBrokenPipeSignal()
        var work = Work(multi: multi, connections: CurlConnections(liveness: liveness))
        while true {
            let (commands, isShuttingDown) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isShuttingDown)
            }
            for command in commands { perform(command, &work) }
            if isShuttingDown { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            // Before it is looked at what has ended, as a request may go out and end in one turn.
            let hasStarted = admitNext(&work)
            finishCompleted(&work)
            let wait = min(relieveHeldBack(&work), expireIdle(&work))
            guard !hasStarted, inbox.withLock({ $0.commands.isEmpty && !$0.isShuttingDown }) else { continue }
            curl_multi_poll(multi, nil, 0, wait, nil)
        }
        for transfer in work.transfers.values {
            curl_multi_remove_handle(multi, transfer.easy)
            CurlHandle.release(transfer)
            transfer.fail(.shutDown, "the HTTP transport was shut down")
        }
        for transfer in work.waiting.values { transfer.fail(.shutDown, "the HTTP transport was shut down") }
        inbox.withLock { inbox in
            inbox.multi = nil
            // Closes the sockets, of which it tells the connections.
            withExtendedLifetime(work.connections) { _ = curl_multi_cleanup(multi) }
        }
    }

    private func perform(_ command: Command, _ work: inout Work) {
        switch command {
        case .start(let transfer):
            if transfer.isCancelled.load(ordering: .acquiring) {
                transfer.fail(.cancelled, "the request was cancelled before it was sent")
                return
            }
            if let target = transfer.target, target.scheme == "https" {
                let server = StreamAdmission<CurlConnections.Identifier>.Server(
                    host: target.host, port: target.port, tls: transfer.request.tls, proxy: transfer.proxy)
                guard work.admission.add(transfer.identifier, to: server) else {
                    work.waiting[transfer.identifier] = transfer
                    return
                }
            }
            start(transfer, &work)
        case .cancel(let identifier):
            if let transfer = work.waiting.removeValue(forKey: identifier) {
                end(transfer, &work)
                transfer.fail(.cancelled, "the request was cancelled before it was sent")
            } else if let transfer = work.transfers[identifier] {
                remove(transfer, &work)
                transfer.fail(.cancelled, "the request was cancelled")
            }
        case .resume(let identifier):
            work.transfers[identifier]?.resume()
        }
    }

    /// Hands a transfer to libcurl.
    private func start(_ transfer: CurlTransfer, _ work: inout Work) {
        transfer.lastActivity = .now
        if let error = CurlHandle.make(for: transfer, work.connections) {
            CurlHandle.release(transfer)
            transfer.fail(error.kind, error.reason)
            end(transfer, &work)
            return
        }
        let code = curl_multi_add_handle(work.multi, transfer.easy)
        guard code == CURLM_OK else {
            CurlHandle.release(transfer)
            transfer.fail(.invalidRequest, String(cString: curl_multi_strerror(code)))
            end(transfer, &work)
            return
        }
        work.transfers[transfer.identifier] = transfer
    }

    /// Lets others start in the place of one that has ended.
    private func end(_ transfer: CurlTransfer, _ work: inout Work) {
        for identifier in work.admission.end(transfer.identifier) { startWaiting(identifier, &work) }
    }

    /// Starts what may start since requests went out; false if there was nothing.
    private func admitNext(_ work: inout Work) -> Bool {
        var hasStarted = false
        for (identifier, connection) in work.connections.takeSent() {
            for next in work.admission.sent(identifier, on: connection) {
                startWaiting(next, &work)
                hasStarted = true
            }
        }
        return hasStarted
    }

    private func startWaiting(_ identifier: UInt64, _ work: inout Work) {
        if let transfer = work.waiting.removeValue(forKey: identifier) { start(transfer, &work) }
    }

    private func finishCompleted(_ work: inout Work) {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(work.multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = ccurl_message_result(message)
            var context: UnsafeMutableRawPointer?
            ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            let known = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            guard let transfer = work.transfers.removeValue(forKey: known.identifier) else { continue }
            if code == CURLE_OPERATION_TIMEDOUT { endConnectionIfStuck(transfer, work.connections) }
            curl_multi_remove_handle(work.multi, easy)
            transfer.complete(code)
            CurlHandle.release(transfer)
            end(transfer, &work)
        }
    }

    /// Lets go of transfers whose readers hold back others on the same connection; returns how many milliseconds nothing
    /// is due for.
    ///
    /// libcurl before 8.1 reads nothing at all from a connection whose next bytes are for a paused stream, so that one
    /// slow reader would stop every request and watch beside it, its own included. So what it does not read is kept in
    /// memory, up to a limit; if it then takes nothing for long, its stream is ended.
    private func relieveHeldBack(_ work: inout Work) -> Int32 {
        let held = work.transfers.values.filter { $0.pausedSince != nil }
        guard !held.isEmpty else { return .max }
        let now = ContinuousClock.now
        var users: [CurlConnections.Identifier: Int] = [:]
        for transfer in work.transfers.values {
            if let connection = transfer.connection { users[connection, default: 0] += 1 }
        }
        var nearest: Duration?
        for transfer in held {
            guard let since = transfer.pausedSince, let connection = transfer.connection, users[connection] ?? 0 > 1
            else { continue }
            var left = since.advanced(by: Self.holdLimit) - now
            if left <= .zero {
                if transfer.overdraw(upTo: Self.overdraftLimit) {
                    nearest = .zero
                    continue
                }
                left = since.advanced(by: liveness.unreadLimit) - now
            }
            if left > .zero {
                nearest = nearest.map { min($0, left) } ?? left
            } else {
                remove(transfer, &work)
                transfer.fail(
                    .connectionLost,
                    "the stream was ended, as its reader had left too much unread while others waited behind it")
            }
        }
        return nearest.map { Int32($0.wholeMilliseconds) } ?? .max
    }

    /// Ends the transfers whose server has been silent for too long; returns how many milliseconds nothing is due for.
    private func expireIdle(_ work: inout Work) -> Int32 {
        let longestWait: Duration = .seconds(600)
        var nearest: ContinuousClock.Instant?
        var expired: [CurlTransfer] = []
        let now = ContinuousClock.now
        for transfer in work.transfers.values {
            guard let deadline = transfer.idleDeadline else { continue }
            if deadline <= now {
                expired.append(transfer)
            } else if nearest.map({ deadline < $0 }) ?? true {
                nearest = deadline
            }
        }
        for transfer in expired {
            let limit = transfer.request.timeouts.idle ?? .zero
            endConnectionIfStuck(transfer, work.connections)
            remove(transfer, &work)
            transfer.fail(.timeout(.idle), "the server was silent for \(limit)")
        }
        let wait = nearest.map { min($0 - now, longestWait) } ?? longestWait
        // A millisecond more, as the poll may end a fraction before the deadline.
        return Int32(wait.wholeMilliseconds + 1)
    }

    /// Ends the connection of a transfer that got no answer in time, where nobody else got anything on it either: it is
    /// dead to the others as well, and would be to the next request.
    private func endConnectionIfStuck(_ transfer: CurlTransfer, _ connections: CurlConnections) {
        guard let connection = transfer.connection, let silence = connections.silence(of: connection) else { return }
        // The kernel's clock is coarser than ours.
        let waited = ContinuousClock.now - transfer.lastActivity - .milliseconds(100)
        if silence >= max(waited, liveness.stuckAfter) { connections.shutDown(connection) }
    }

    private func remove(_ transfer: CurlTransfer, _ work: inout Work) {
        work.transfers[transfer.identifier] = nil
        curl_multi_remove_handle(work.multi, transfer.easy)
        CurlHandle.release(transfer)
        end(transfer, &work)
    }

    /// Writing to a connection that the peer has closed must be an error of that connection, not the process's end.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

/// libcurl's state for the whole process.
enum CurlGlobal {
    private static let once: Void = { curl_global_init(Int(ccurl_global_all)) }()

    static func initialize() { _ = once }
}
