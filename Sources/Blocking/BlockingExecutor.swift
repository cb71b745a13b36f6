import Dispatch

/// Runs the jobs of an actor one after the other on a dispatch queue of its own.
///
/// Some calls of C libraries block for as long as a server takes: librdkafka's transactional and administrative ones,
/// libpq's connecting. An actor on this executor may make them: the thread that waits is not one of the few that run
/// every other task.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes a queue; the label is what a debugger shows.
    package init(label: String) {
        self.queue = DispatchQueue(label: label)
    }

    /// Runs a job after those before it.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
