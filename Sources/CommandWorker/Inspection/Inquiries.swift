import CustomerContract
import Synchronization

/// Questions to the loop, which it answers between two turns.
///
/// Apart from the mailbox, because an answer is told to whoever asks and changes nothing.
final class Inquiries: Sendable {
    /// One question.
    struct Inquiry: Sendable {
        let externalID: ExternalID?
        private let answers: AsyncStream<WorkerInspection>.Continuation

        fileprivate init(_ externalID: ExternalID?, _ answers: AsyncStream<WorkerInspection>.Continuation) {
            self.externalID = externalID
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
    func ask(_ externalID: ExternalID?, wake: () -> Void) async -> WorkerInspection? {
        let (stream, continuation) = AsyncStream.makeStream(of: WorkerInspection.self)
        let crowdedOut = self.waiting.withLock { waiting in
            waiting.append(Inquiry(externalID, continuation))
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
