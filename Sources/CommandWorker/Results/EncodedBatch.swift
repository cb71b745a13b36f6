import CustomerContract
import Kafka
import Records
import Synchronization

/// Which record of a batch: the result of the command at that index, or its dead letter.
struct RecordReference: Sendable, Hashable {
    let owner: Int
    let isLetter: Bool
}

/// A batch as records, with what is needed to say whose they are.
struct EncodedBatch: Sendable {
    var records: [ProducerRecord] = []
    /// Whose record each is, by its index.
    var references: [RecordReference] = []
    var plan = ProducePlan.plain
    /// The forms of results that are not written in full, by the index of their command.
    var resultForms: [Int: ResultForm] = [:]
    /// The forms of dead letters that are not written in full.
    var letterForms: [Int: LetterForm] = [:]
    /// Failed commands that have no dead letter, since its topic took none.
    var droppedLetters = 0
    /// The topics of others that results go to.
    var replyTopics: Set<String> = []

    /// Whether a record goes to a topic that a command named.
    func isReply(_ index: Int) -> Bool {
        !self.references[index].isLetter && self.replyTopics.contains(self.records[index].topic)
    }

    /// What was left out, once for each record and kind.
    var reductions: [Reduction: Int] {
        var counts: [Reduction: Int] = [:]
        for form in self.resultForms.values {
            switch form.extent {
            case .full: break
            case .reduced: counts[.result, default: 0] += 1
            case .minimal: counts[.resultMinimal, default: 0] += 1
            }
            if form.addsKey { counts[.resultKey, default: 0] += 1 }
            if form.replyRefusal != nil { counts[.replyTopic, default: 0] += 1 }
        }
        for form in self.letterForms.values {
            if form.contains(.withoutValue) { counts[.letterValue, default: 0] += 1 }
            if form.contains(.withoutHeaders) { counts[.letterHeaders, default: 0] += 1 }
            if !form.isDisjoint(with: [.cutKey, .addedKey]) { counts[.letterKey, default: 0] += 1 }
            if form.contains(.ownTimestamp) { counts[.letterTimestamp, default: 0] += 1 }
        }
        if self.droppedLetters > 0 { counts[.letter] = self.droppedLetters }
        return counts
    }
}

/// What was reduced since the worker began: written by the publisher, read by the loop.
final class ReductionTally: Sendable {
    private let stored = Mutex<[Reduction: Int]>([:])

    var counts: [Reduction: Int] { self.stored.withLock { $0 } }

    func add(_ batch: EncodedBatch) {
        if batch.resultForms.isEmpty && batch.letterForms.isEmpty && batch.droppedLetters == 0 { return }
        let counts = batch.reductions
        self.stored.withLock { $0.merge(counts, uniquingKeysWith: +) }
    }
}

/// What was left out of a record, or done to it, so that a topic takes it.
package enum Reduction: String, Sendable, Hashable, CaseIterable {
    /// A result's customer, or the details of its error.
    case result = "result_customer"
    /// A result's correlation and trace, too.
    case resultMinimal = "result_minimal"
    /// A result without an external_id got a key.
    case resultKey = "result_key"
    /// A result went to the results topic, since the reply topic that is allowed cannot be used.
    case replyTopic = "reply_topic"
    /// A dead letter's value.
    case letterValue = "letter_value"
    /// A dead letter's headers from its command.
    case letterHeaders = "letter_headers"
    /// A dead letter's key was cut, or it got one.
    case letterKey = "letter_key"
    /// A dead letter's timestamp.
    case letterTimestamp = "letter_timestamp"
    /// The dead letter as a whole: its topic took none in any form, as the result says.
    case letter
}
