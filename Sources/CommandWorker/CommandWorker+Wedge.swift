import Glibc
import Synchronization

/// A test hook: what a deadlock would do, at a moment of the test's choice.
extension CommandWorker {
    /// Blocks the loop for good at its next turn.
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
