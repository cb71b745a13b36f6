import Operations
import Records
import Synchronization

/// Lets a bounded number of searches read whole topics at one time; others wait for their turn.
final class ReadingTurns: Sendable {
    /// Searches that read at one time.
    static let most = 2

    private let count = Mutex(0)

    /// One search's turn, until it is let go.
    final class Turn: Sendable {
        private let turns: ReadingTurns

        fileprivate init(_ turns: ReadingTurns) {
            self.turns = turns
        }

        deinit { self.turns.count.withLock { $0 -= 1 } }
    }

    /// Takes a turn; `nil` while as many as may are taken.
    func take() -> Turn? {
        let isFree = self.count.withLock { count in
            guard count < Self.most else { return false }
            count += 1
            return true
        }
        return isFree ? Turn(self) : nil
    }

    /// Waits for a turn; `nil` when none comes until a moment.
    func take(until end: ContinuousClock.Instant) async -> Turn? {
        while true {
            if let turn = self.take() { return turn }
            guard ContinuousClock.now < end, !Task.isCancelled else { return nil }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
