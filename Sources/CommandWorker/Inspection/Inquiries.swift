package import CustomerContract
import Synchronization

/// Which commands in flight are told one by one; to tell of none costs nothing.
package struct WorkerQuestion: Sendable, Hashable {
    /// Those of this customer.
    package var externalID: ExternalID?
    /// This number of those with the oldest records.
    package var slowest: Int

    /// A question about a customer, the slowest commands, both, or no command.
    package init(externalID: ExternalID? = nil, slowest: Int = 0) {
        self.externalID = externalID
        self.slowest = slowest
    }
}

/// Questions to the loop, which it answers between two turns.
///
/// Apart from the mailbox, because an answer is told to whoever asks and changes nothing.
final class Inquiries: Sendable {
    /// One question.
    struct Inquiry: Sendable {
        let question: WorkerQuestion
        private let answers: AsyncStream<WorkerInspection>.Continuation

        fileprivate init(_ question: WorkerQuestion, _ answers: AsyncStream<WorkerInspection>.Continuation) {
            self.question = question
            self.answers = answers
        }

        func answer(_ inspection: WorkerInspection) {
            self.answers.yield(inspection)
            self.answers.finish()
        }

        fileprivate func drop() { self.answers.finish() }
    }

    /// With more questions than this at once the oldest goes unanswered.
    static let bound = 64

    private let waiting = Mutex<[Inquiry]>([])

    /// Asks, wakes the loop, and waits for the answer; `nil` when the task is cancelled first.
    func ask(_ question: WorkerQuestion, wake: () -> Void) async -> WorkerInspection? {
        let (stream, continuation) = AsyncStream.makeStream(of: WorkerInspection.self)
        let crowdedOut = self.waiting.withLock { waiting in
            waiting.append(Inquiry(question, continuation))
            return waiting.count > Self.bound ? waiting.removeFirst() : nil
        }
        crowdedOut?.drop()
        wake()
        for await answer in stream { return answer }
        return nil
    }

    /// Takes every question that is there.
    func take() -> [Inquiry] {
        self.waiting.withLock { waiting in
            guard !waiting.isEmpty else { return [] }
            defer { waiting = [] }
            return waiting
        }
    }
}
