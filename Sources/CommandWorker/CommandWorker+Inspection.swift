import Glibc
import Synchronization

/// Looking at a worker from outside.
extension CommandWorker {
    /// Asks the loop what it is doing; it answers between two turns, so an answer shows that it is alive.
    ///
    /// - Parameters:
    ///   - question: which commands in flight are told one by one.
    ///   - patience: how long to wait.
    /// - Returns: `nil` when no answer came in time: the loop does not run, or is stuck.
    package func inspect(_ question: WorkerQuestion = .init(), within patience: Duration) async -> WorkerInspection? {
        await withTaskGroup(of: WorkerInspection?.self) { group in
            group.addTask { await self.inquiries.ask(question) { self.wake() } }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}

/// A test hook: what a deadlock would do, at a moment of the test's choice.
extension CommandWorker {
    /// Blocks the loop permanently at its next turn.
    ///
    /// Only a hidden option of the program leads here; tests show with it what notices a stuck loop, and what does not
    /// mind.
    package func wedge() {
        self.isToWedge.store(true, ordering: .relaxed)
        self.wake()
    }

    func wedgeIfAsked() {
        while self.isToWedge.load(ordering: .relaxed) { sleep(3_600) }
    }
}
