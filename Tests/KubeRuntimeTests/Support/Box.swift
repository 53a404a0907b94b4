import Synchronization

/// A value that a test and what it tests share.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
    /// Changes the value in one step, where several tasks do.
    func update(_ change: (inout sending Value) -> Void) { state.withLock { change(&$0) } }
}
