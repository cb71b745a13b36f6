import CustomerContract
import Kafka
import Records

/// How the records of one batch are written, after what was refused of it so far.
///
/// A broker refuses a record batch as a whole: several records of which one is the cause. They are then handed over in
/// groups that shrink until the cause is alone (each trial is a transaction that is aborted), and that one is written
/// in the next smaller form. Everything else stays as it is.
struct BatchForms: Sendable {
    private var resultForms: [Int: ResultForm] = [:]
    private var letterForms: [Int: LetterForm] = [:]
    /// Records of which at least one is refused, and how many of them are handed over together.
    private var suspects: Set<RecordReference> = []
    private var groupSize = Int.max
    /// Causes that were found, by topic.
    private var found: [String: Set<RecordReference>] = [:]
    /// Reply topics that are left out of this batch, with the reason.
    private var leftOut: [String: String] = [:]
    /// Those that were left out last: if the batch gets out without them, one of them was the cause.
    private(set) var blamed: Set<String> = []
    private var trials = 0

    /// A group is divided by this.
    private static let divisor = 16
    /// The number of causes that are found in a topic one by one; beyond it, all that it refuses are taken for causes.
    private static let enoughFound = 8
    /// Each trial finds something out; more of them would take longer than the brokers' timeout of a transaction.
    private static let mostTrials = 200

    /// Whether everything is written in full, and together.
    var isPlain: Bool { self.resultForms.isEmpty && self.letterForms.isEmpty && self.suspects.isEmpty }

    /// Why a reply topic is not used for this batch.
    func refusal(of topic: String) -> String? { self.leftOut[topic] }

    func resultForm(_ owner: Int) -> ResultForm { self.resultForms[owner] ?? .full }

    func letterForm(_ owner: Int) -> LetterForm { self.letterForms[owner] ?? [] }

    /// Indices before which everything must be acknowledged, so that no group of suspects is mixed with anything else.
    func barriers(_ references: [RecordReference]) -> [Int] {
        var barriers: [Int] = []
        var count = 0
        for (index, reference) in references.enumerated() {
            if self.suspects.contains(reference) {
                if count == 0 || count == self.groupSize {
                    barriers.append(index)
                    count = 0
                }
                count += 1
            } else if count > 0 {
                barriers.append(index)
                count = 0
            }
        }
        return barriers
    }

    // MARK: Learning

    /// Counts a trial; false when there were enough of them.
    mutating func mayTryAgain() -> Bool {
        self.trials += 1
        return self.trials < Self.mostTrials
    }

    /// Takes what was refused of a trial.
    ///
    /// - Returns: `nil` when another trial may get further, else the error that stays, with its topic.
    mutating func learn(
        _ refused: [Int: KafkaError],
        of encoded: EncodedBatch,
        _ replies: inout SuspendedTopics
    ) -> KafkaError? {
        let mayTryAgain = self.mayTryAgain()
        var trouble: KafkaError?
        var isWiser = false
        var records: [Int: KafkaError] = [:]
        for (index, error) in refused {
            let topic = encoded.records[index].topic
            switch error.produceVerdict {
            case .consequence:
                continue
            case .record:
                records[index] = error
            case .topic, .passing:
                if encoded.isReply(index) {
                    replies.suspend(topic, error.name)
                    isWiser = true
                } else {
                    trouble = trouble ?? error.of(topic: topic)
                }
            case .producer:
                trouble = trouble ?? error.of(topic: topic)
            }
        }
        if let (index, error) = records.first {
            if self.judge(records, encoded) {
                isWiser = true
            } else {
                trouble = trouble ?? error.of(topic: encoded.records[index].topic)
            }
        }
        return isWiser && mayTryAgain ? nil : trouble ?? refused.values.first
    }

    /// A transaction failed for one of the topics in it: a reply topic is left out of the next trial.
    ///
    /// If nothing tells which topic it is, half of the reply topics is left out, until it gets out.
    ///
    /// - Returns: `nil` when another trial may get further, else the error that stays.
    mutating func learn(topicError error: KafkaError, of encoded: EncodedBatch) -> KafkaError? {
        guard !encoded.replyTopics.isEmpty, self.mayTryAgain() else { return error }
        if let topic = error.topic {
            guard encoded.replyTopics.contains(topic) else { return error }
            self.blamed = [topic]
            self.leftOut[topic] = error.name
            return nil
        }
        self.blamed = Set(encoded.replyTopics.sorted().dropFirst(encoded.replyTopics.count / 2))
        for topic in self.blamed { self.leftOut[topic] = error.name }
        return nil
    }

    /// - Returns: whether something was found out.
    private mutating func judge(_ refused: [Int: KafkaError], _ encoded: EncodedBatch) -> Bool {
        // What helps all of a kind, and takes nothing away, needs no search.
        let evident = refused.filter { index, error in
            let record = encoded.records[index]
            return error.lacksKey && record.keyBytes == nil
                || error.code == .invalidTimestamp && encoded.references[index].isLetter
                    && !self.letterForm(encoded.references[index].owner).contains(.ownTimestamp)
        }
        if !evident.isEmpty { return self.shrink(evident, encoded) }
        let references = Set(refused.keys.map { encoded.references[$0] })
        // What was not under suspicion was together with anything.
        let isNarrowed = references.isSubset(of: self.suspects)
        let isSingle = refused.count == 1 || isNarrowed && self.groupSize == 1
        let isEnough = refused.keys.allSatisfy {
            self.found[encoded.records[$0].topic, default: []].count >= Self.enoughFound
        }
        if isSingle || isEnough {
            for index in refused.keys {
                self.found[encoded.records[index].topic, default: []].insert(encoded.references[index])
            }
            // Nothing is searched any more: the next trial meets all that its topic refuses.
            if isEnough { self.suspects = [] }
            return self.shrink(refused, encoded)
        }
        self.suspects = references
        self.groupSize = max(1, (isNarrowed ? min(self.groupSize, refused.count) : refused.count) / Self.divisor)
        return true
    }

    /// - Returns: whether any of them has a smaller form.
    private mutating func shrink(_ refused: [Int: KafkaError], _ encoded: EncodedBatch) -> Bool {
        var isSmaller = false
        for (index, error) in refused {
            let reference = encoded.references[index]
            self.suspects.remove(reference)
            if reference.isLetter {
                self.shrinkLetter(reference.owner, encoded.records[index], error, encoded)
                isSmaller = true
            } else {
                let form = encoded.resultForms[reference.owner] ?? .full
                guard let next = form.next(error, encoded.records[index], isReply: encoded.isReply(index)) else {
                    continue
                }
                self.resultForms[reference.owner] = next
                isSmaller = true
            }
        }
        // The others were acknowledged before, or come in the next trial as they were.
        if self.suspects.isEmpty { self.groupSize = .max }
        return isSmaller
    }

    private mutating func shrinkLetter(
        _ owner: Int,
        _ record: ProducerRecord,
        _ error: KafkaError,
        _ encoded: EncodedBatch
    ) {
        let form = encoded.letterForms[owner] ?? []
        if let next = form.next(error, record) {
            self.letterForms[owner] = next
        } else {
            var result = encoded.resultForms[owner] ?? .full
            result.letterRefusal = error.name
            self.resultForms[owner] = result
        }
    }
}

extension KafkaError {
    /// What a broker answers to a record without a key for a compacted topic (and to others that are damaged).
    fileprivate var lacksKey: Bool { self.code == .invalidRecord || self.code == .invalidMessage }
}

extension ResultForm {
    /// The largest form that is smaller than this one; `nil` when there is none.
    ///
    /// - Parameter isReply: whether it goes to a reply topic, in place of which the results topic may take more.
    func smaller(_ reason: String, isReply: Bool) -> ResultForm? {
        var next = self
        switch self.extent {
        case .full:
            next.extent = .reduced
        case .reduced where isReply:
            next.extent = .full
            next.replyRefusal = reason
        case .reduced:
            next.extent = .minimal
        case .minimal:
            return nil
        }
        return next
    }

    /// The form to try after a refusal.
    fileprivate func next(_ error: KafkaError, _ record: ProducerRecord, isReply: Bool) -> ResultForm? {
        var next = self
        if error.lacksKey, record.keyBytes == nil, !self.addsKey {
            next.addsKey = true
            return next
        }
        if isReply, !error.isTooLarge {
            next.replyRefusal = error.name
            return next
        }
        return self.smaller(error.name, isReply: isReply)
    }
}

extension LetterForm {
    /// Less and less of a command; the first that is small enough is taken.
    static let sizes: [LetterForm] = [
        [], .withoutValue, .withoutHeaders, .cutKey, [.withoutValue, .withoutHeaders], [.withoutValue, .cutKey],
        [.withoutHeaders, .cutKey], [.withoutValue, .withoutHeaders, .cutKey],
    ]

    /// The part of a form that makes it small.
    private static let size: LetterForm = [.withoutValue, .withoutHeaders, .cutKey]

    /// The form to try after a refusal; `nil` when nothing is left to leave out.
    fileprivate func next(_ error: KafkaError, _ record: ProducerRecord) -> LetterForm? {
        if error.lacksKey, record.keyBytes == nil, !self.contains(.addedKey) { return self.union(.addedKey) }
        if error.code == .invalidTimestamp, !self.contains(.ownTimestamp) { return self.union(.ownTimestamp) }
        let rank = Self.sizes.firstIndex(of: self.intersection(Self.size)) ?? Self.sizes.count
        guard rank + 1 < Self.sizes.count else { return nil }
        return self.subtracting(Self.size).union(Self.sizes[rank + 1])
    }
}
