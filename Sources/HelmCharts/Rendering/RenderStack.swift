import Foundation
import Synchronization

/// Runs a render on a thread with a stack deep enough for templates that include one another a thousand levels deep.
enum RenderStack {
    private static let stackBytes = 512 << 20

    /// Carries the closure to the thread and its result back. Unchecked, because the semaphore orders every access: the
    /// caller waits from before the thread starts until after it has stored the result.
    private final class Exchange<Success>: @unchecked Sendable {
        var body: ((@escaping () -> Bool) -> Success)?
        var task: UnsafeCurrentTask?
        var result: Success?
        let done = DispatchSemaphore(value: 0)
    }

    /// The result of the body, which is told how to learn of the calling task's cancellation.
    static func run<Success>(_ body: (_ isCancelled: @escaping () -> Bool) -> Success) -> Success {
        withoutActuallyEscaping(body) { body in
            withUnsafeCurrentTask { task in
                let exchange = Exchange<Success>()
                exchange.body = body
                // The task outlives its use here: this call returns only when the thread is done with it.
                exchange.task = task
                let thread = Thread {
                    exchange.result = exchange.body?({ exchange.task?.isCancelled ?? false })
                    exchange.body = nil
                    exchange.done.signal()
                }
                thread.stackSize = stackBytes
                thread.start()
                exchange.done.wait()
                guard let result = exchange.result else { preconditionFailure("the thread stores a result") }
                return result
            }
        }
    }
}
