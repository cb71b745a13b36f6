import Dispatch
import Foundation
import Records
import Synchronization

/// Hands lines to a thread of its own, which writes them: whoever logs never waits for whoever reads.
///
/// The queue is bounded by bytes. While it is full, since standard error is a pipe that is not read for example, new
/// lines are dropped and counted; the first line after that says how many. Lines stay in order and whole.
package final class QueuedLogSink: LogSink {
    private struct State {
        var lines: [String] = []
        var byteCount = 0
        var isWriting = false
        /// Since the reader was last told.
        var dropped = 0
        /// Raised once there is nothing to write.
        var waiting: [Signal] = []

        /// Everything that is to be written now, or who waits for there being nothing.
        mutating func take() -> (lines: [String], dropped: Int, waiting: [Signal]) {
            self.isWriting = !self.lines.isEmpty || self.dropped > 0
            defer {
                (self.lines, self.byteCount, self.dropped) = ([], 0, 0)
                if !self.isWriting { self.waiting = [] }
            }
            return (self.lines, self.dropped, self.isWriting ? [] : self.waiting)
        }
    }

    /// Lines waiting; some thousands.
    package static let defaultLimit = 1_048_576
    /// A pipe takes this number of bytes at once, and no other writer's come between (`PIPE_BUF`, pipe(7)).
    private static let wholeWrite = 4_096
    /// Of all sinks of this process, since it began.
    private static let allDropped = Atomic<Int>(0)

    private let state = Mutex(State())
    private let work = Signal()
    private let limit: Int

    /// Lines that were dropped by this process, since it began.
    package static var droppedCount: Int { self.allDropped.load(ordering: .relaxed) }

    /// Starts the thread, which lives as long as the process.
    ///
    /// - Parameters:
    ///   - descriptor: Where lines go; it is open, and stays so. What cannot be written there is lost: there is no
    ///     better place to say so.
    ///   - limit: Bytes of lines that may wait.
    ///   - notice: The line that says how many were dropped.
    package init(
        _ descriptor: Int32,
        limit: Int = QueuedLogSink.defaultLimit,
        notice: @escaping @Sendable (_ dropped: Int) -> String
    ) {
        self.limit = limit
        let thread = Thread { self.write(to: descriptor, notice) }
        thread.name = "log"
        thread.start()
    }

    /// Puts a line into the queue, or drops it.
    package func write(_ line: String) {
        let count = line.utf8.count
        let isFirst = self.state.withLock { state -> Bool in
            guard state.byteCount + count <= self.limit else {
                state.dropped += 1
                Self.allDropped.wrappingAdd(1, ordering: .relaxed)
                return false
            }
            state.lines.append(line)
            state.byteCount += count
            return state.lines.count == 1
        }
        if isFirst { self.work.raise() }
    }

    /// Waits until everything is written that was put in before, but no longer than `limit`; for the end of the
    /// process.
    package func flush(within limit: Duration) {
        let done = Signal()
        let isDone = self.state.withLock { state -> Bool in
            if state.lines.isEmpty, !state.isWriting { return true }
            state.waiting.append(done)
            return false
        }
        if !isDone { done.wait(within: limit) }
    }

    private func write(to descriptor: Int32, _ notice: (Int) -> String) {
        while true {
            let taken = self.state.withLock { $0.take() }
            if taken.lines.isEmpty, taken.dropped == 0 {
                for signal in taken.waiting { signal.raise() }
                self.work.wait()
                continue
            }
            var text = ""
            for line in taken.lines + (taken.dropped > 0 ? [notice(taken.dropped)] : []) {
                if text.utf8.count + line.utf8.count > Self.wholeWrite {
                    self.write(text, to: descriptor)
                    text = ""
                }
                text += line
            }
            self.write(text, to: descriptor)
        }
    }

    private func write(_ text: String, to descriptor: Int32) {
        var text = text
        guard text.withUTF8({ WholeWrite.write(.init($0), to: descriptor) }) != nil else { return }
        let lost = text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        Self.allDropped.wrappingAdd(lost, ordering: .relaxed)
    }

    /// A semaphore.
    ///
    /// Dispatch documents its objects as safe to use from any thread; the Swift overlay on Linux does not say so.
    private final class Signal: @unchecked Sendable {
        private let semaphore = DispatchSemaphore(value: 0)

        func raise() { self.semaphore.signal() }
        func wait() { self.semaphore.wait() }

        func wait(within limit: Duration) {
            let nanoseconds = Int(limit / .nanoseconds(1))
            _ = self.semaphore.wait(timeout: .now() + .nanoseconds(nanoseconds))
        }
    }
}
