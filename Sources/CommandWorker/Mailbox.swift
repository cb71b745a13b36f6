import Synchronization

/// Brings what happened elsewhere to the worker's loop, which alone reads it.
///
/// Bounded by what the loop has asked for: every message answers an action of the core, or is a signal of an operator.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Leaves a message; from any thread.
    func post(_ message: Message) {
        self.wake { $0.messages.append(message) }
    }

    /// Only wakes the loop; from any thread, quick enough for librdkafka's callback.
    func ring() {
        self.wake { _ in }
    }

    /// Takes every message that is there.
    func take() -> [Message] {
        self.state.withLock { state in
            state.isRung = false
            defer { state.messages.removeAll(keepingCapacity: true) }
            return state.messages
        }
    }

    /// Waits until there is a message or a ring since the last ``take()``.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isRung = self.state.withLock { state in
                if state.isRung { return true }
                state.waiter = continuation
                return false
            }
            if isRung { continuation.resume() }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = self.state.withLock { state in
            change(&state)
            state.isRung = true
            defer { state.waiter = nil }
            return state.waiter
        }
        // Outside the lock: what resumes may take it.
        waiter?.resume()
    }
}
