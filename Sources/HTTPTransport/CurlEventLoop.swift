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

    private let inbox: Mutex<Inbox>

    init(name: String) {
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

    private func run(_ multi: UnsafeMutableRawPointer) {
        Self.blockBrokenPipeSignal()
        var transfers: [UInt64: CurlTransfer] = [:]
        while true {
            let (commands, isShuttingDown) = inbox.withLock { inbox in
                defer { inbox.commands = [] }
                return (inbox.commands, inbox.isShuttingDown)
            }
            for command in commands { perform(command, multi, &transfers) }
            if isShuttingDown { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishCompleted(multi, &transfers)
            let wait = expireIdle(multi, &transfers)
            guard inbox.withLock({ $0.commands.isEmpty && !$0.isShuttingDown }) else { continue }
            curl_multi_poll(multi, nil, 0, wait, nil)
        }
        for transfer in transfers.values {
            remove(transfer, multi)
            transfer.fail(.shutDown, "the HTTP transport was shut down")
        }
        inbox.withLock { inbox in
            inbox.multi = nil
            _ = curl_multi_cleanup(multi)
        }
    }

    private func perform(
        _ command: Command, _ multi: UnsafeMutableRawPointer, _ transfers: inout [UInt64: CurlTransfer]
    ) {
        switch command {
        case .start(let transfer):
            if transfer.isCancelled.load(ordering: .acquiring) {
                transfer.fail(.cancelled, "the request was cancelled before it was sent")
                return
            }
            transfer.lastActivity = .now
            if let error = CurlHandle.make(for: transfer) {
                CurlHandle.release(transfer)
                transfer.fail(error.kind, error.reason)
                return
            }
            let code = curl_multi_add_handle(multi, transfer.easy)
            guard code == CURLM_OK else {
                CurlHandle.release(transfer)
                transfer.fail(.invalidRequest, String(cString: curl_multi_strerror(code)))
                return
            }
            transfers[transfer.identifier] = transfer
        case .cancel(let identifier):
            guard let transfer = transfers.removeValue(forKey: identifier) else { return }
            remove(transfer, multi)
            transfer.fail(.cancelled, "the request was cancelled")
        case .resume(let identifier):
            transfers[identifier]?.resume()
        }
    }

    private func finishCompleted(_ multi: UnsafeMutableRawPointer, _ transfers: inout [UInt64: CurlTransfer]) {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = ccurl_message_result(message)
            var context: UnsafeMutableRawPointer?
            ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            let known = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            guard let transfer = transfers.removeValue(forKey: known.identifier) else { continue }
            curl_multi_remove_handle(multi, easy)
            transfer.complete(code)
            CurlHandle.release(transfer)
        }
    }

    /// Ends the transfers whose server has been silent for too long; returns how many milliseconds nothing is due for.
    private func expireIdle(_ multi: UnsafeMutableRawPointer, _ transfers: inout [UInt64: CurlTransfer]) -> Int32 {
        let longestWait: Duration = .seconds(600)
        var nearest: ContinuousClock.Instant?
        var expired: [CurlTransfer] = []
        let now = ContinuousClock.now
        for transfer in transfers.values {
            guard let deadline = transfer.idleDeadline else { continue }
            if deadline <= now {
                expired.append(transfer)
            } else if nearest.map({ deadline < $0 }) ?? true {
                nearest = deadline
            }
        }
        for transfer in expired {
            transfers[transfer.identifier] = nil
            remove(transfer, multi)
            let limit = transfer.request.timeouts.idle ?? .zero
            transfer.fail(.timeout(.idle), "the server was silent for \(limit)")
        }
        let wait = nearest.map { min($0 - now, longestWait) } ?? longestWait
        // A millisecond more, as the poll may end a fraction before the deadline.
        return Int32(wait.wholeMilliseconds + 1)
    }

    private func remove(_ transfer: CurlTransfer, _ multi: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(multi, transfer.easy)
        CurlHandle.release(transfer)
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
