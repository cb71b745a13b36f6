import Dispatch

/// Runs the jobs of an actor one after the other on a dispatch queue of its own.
///
/// librdkafka's transactional and administrative calls block for as long as a broker takes. An actor on this executor may
/// call them: the thread that waits is not one of the few that run every other task.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        self.queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
