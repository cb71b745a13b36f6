import CustomerContract
import Kafka
import Records

/// Turns results into the records that are produced: one result event each, and a dead letter for each that failed.
///
/// What is known to be too large for its topic is written in a smaller form at once; see ``BatchForms`` for what a
/// topic refuses.
struct RecordEncoder: Sendable {
    let results: ResultEncoder
    let replyTopics: LiveReplyTopics
    let deadLetters: DeadLetterEncoder
    let topics: TopicDirectory
    let limits: TopicLimits
    /// The bytes of a batch that the producer makes of several records, at most.
    var batchBytes = 1_000_000

    /// A result without its value has fewer bytes: its headers are bounded, and so is its key.
    private static let mostBesideValue = 32_768

    /// The timeout for the dead letters of a batch when everything else is acknowledged, and likewise for replies of
    /// others.
    private static let (ownLimit, replyLimit): (Duration, Duration) = (.seconds(10), .seconds(3))

    /// The topics that are produced to whatever commands name.
    var topicsOfOurOwn: [String] { [self.results.resultsTopic, self.deadLetters.topic] }

    /// The records of a batch.
    ///
    /// - Parameters:
    ///   - forms: what was refused of this batch before.
    ///   - replies: reply topics that are not used now.
    ///   - acknowledged: records that are left out, since they are published.
    func encode(
        _ batch: [CommandResult],
        _ forms: BatchForms = BatchForms(),
        replies: SuspendedTopics = SuspendedTopics(),
        without acknowledged: Set<RecordReference> = []
    ) async -> EncodedBatch {
        var encoder = self.results
        encoder.replyTopicsAllowed = self.replyTopics.allowed
        var encoded = EncodedBatch()
        encoded.records.reserveCapacity(batch.count)
        encoded.references.reserveCapacity(batch.count)
        var groups = BatchGroups(batchBytes: self.batchBytes)
        let (resultLimit, letterLimit) = (
            self.limits.bytes(of: self.results.resultsTopic), self.limits.bytes(of: self.deadLetters.topic)
        )
        var moment: (UnixMilliseconds, text: [UInt8])?
        for (owner, result) in batch.enumerated() {
            if moment?.0 != result.completedAt {
                moment = (result.completedAt, ResultEncoder.text(of: result.completedAt))
            }
            let reference = RecordReference(owner: owner, isLetter: false)
            if acknowledged.isEmpty || !acknowledged.contains(reference) {
                let form = forms.isPlain ? ResultForm() : forms.resultForm(owner)
                let whole = encoder.encode(result, form: form, completedAt: moment?.text ?? [])
                if whole.topic == self.results.resultsTopic,
                    (whole.valueBytes?.count ?? 0) + Self.mostBesideValue <= resultLimit, form == .full
                {
                    groups.add(whole, reference, limit: resultLimit, to: &encoded)
                } else {
                    let refusal = await self.refusal(of: whole, forms, replies)
                    let fit = self.fit(result, form, whole, refusal, encoder, resultLimit: resultLimit)
                    let event = fit.event
                    if fit.form != .full { encoded.resultForms[owner] = fit.form }
                    let isReply = event.topic != self.results.resultsTopic
                    if isReply {
                        encoded.replyTopics.insert(event.topic)
                        encoded.plan.watched.append(encoded.records.count)
                    }
                    let limit = isReply ? self.limits.bytes(of: event.topic) : resultLimit
                    groups.add(event, reference, limit: limit, to: &encoded)
                }
            }
            guard case .failed = result.outcome else { continue }
            let letter = RecordReference(owner: owner, isLetter: true)
            if acknowledged.contains(letter) { continue }
            if forms.resultForm(owner).letterRefusal != nil {
                encoded.droppedLetters += 1
                continue
            }
            guard let (record, form) = self.letter(of: result, forms.letterForm(owner), limit: letterLimit) else {
                continue
            }
            if !form.isEmpty { encoded.letterForms[owner] = form }
            encoded.plan.watched.append(encoded.records.count)
            groups.add(record, letter, limit: letterLimit, to: &encoded)
        }
        encoded.plan.limit = encoded.replyTopics.isEmpty ? Self.ownLimit : Self.replyLimit
        if !forms.isPlain {
            encoded.plan.barriers = Set(encoded.plan.barriers).union(forms.barriers(encoded.references)).sorted()
        }
        return encoded
    }

    /// The largest form of a result that its topic takes, to the results topic where the reply topic cannot be used.
    private func fit(
        _ result: CommandResult,
        _ first: ResultForm,
        _ whole: ProducerRecord,
        _ refusal: String?,
        _ encoder: ResultEncoder,
        resultLimit: Int
    ) -> (event: ProducerRecord, form: ResultForm) {
        var form = first
        var event = whole
        if let refusal {
            form.replyRefusal = refusal
            event = encoder.encode(result, form: form)
        }
        while true {
            let isReply = event.topic != self.results.resultsTopic
            let limit = isReply ? self.limits.bytes(of: event.topic) : resultLimit
            guard event.largestBatchBytes > limit,
                let next = form.smaller(KafkaError.Code.messageTooLarge.name, isReply: isReply)
            else { return (event, form) }
            form = next
            event = encoder.encode(result, form: form)
        }
    }

    /// Why a reply topic cannot be used; `nil` when it can, or when the event goes to the results topic anyway.
    private func refusal(
        of event: ProducerRecord,
        _ forms: BatchForms,
        _ replies: SuspendedTopics
    ) async -> String? {
        if event.topic == self.results.resultsTopic { return nil }
        if let reason = forms.refusal(of: event.topic) ?? replies.reason(event.topic) { return reason }
        guard await self.topics.has(event.topic, partition: event.partition) else {
            return "no such topic or partition"
        }
        if !self.limits.knows(event.topic) { await self.limits.learn([event.topic]) }
        return nil
    }

    /// The dead letter of a failed result, in the largest form that its topic takes.
    private func letter(
        of result: CommandResult,
        _ first: LetterForm,
        limit: Int
    ) -> (record: ProducerRecord, form: LetterForm)? {
        guard var record = self.deadLetters.encode(result, form: first) else { return nil }
        var form = first
        for size in LetterForm.sizes where record.largestBatchBytes > limit && !first.isSuperset(of: size) {
            form = first.union(size)
            guard let smaller = self.deadLetters.encode(result, form: form) else { return nil }
            record = smaller
        }
        return (record, form)
    }
}

extension RecordEncoder {
    /// The error of a batch with dead letters whose topic is not there; `nil` when it is, or as far as is known.
    ///
    /// Told at once: records for a topic that is not there are waited for, and all results of the batch with them.
    func missingLetterTopic(of batch: [CommandResult]) async -> KafkaError? {
        let topic = self.deadLetters.topic
        let hasLetters = batch.contains { if case .failed = $0.outcome { true } else { false } }
        guard hasLetters, await self.topics.lacks(topic) else { return nil }
        return .missing(topic)
    }

    /// The error of a topic that is not there, of those that records wait for; `nil` when all are, as far as is known.
    ///
    /// What was deleted a moment ago is believed to be there by client and directory: the client waits half a minute
    /// for it (`topic.metadata.propagation.max.ms`), and Kafka takes no partition of a transaction that has one that it
    /// does not know.
    func missingTopic(of late: Set<Int>, _ encoded: EncodedBatch) async -> KafkaError? {
        await self.topics.doubt()
        for topic in Set(late.map { encoded.records[$0].topic }).sorted() where await self.topics.lacks(topic) {
            return .missing(topic)
        }
        return nil
    }

    /// Asks the cluster again about the topics that refused records.
    ///
    /// - Returns: whether lower limits explain a refusal, so that the same batch is now written otherwise.
    func isExplained(_ refused: [Int: KafkaError], of encoded: EncodedBatch) async -> Bool {
        await self.topics.doubt()
        let tooLarge = refused.filter { $0.value.isTooLarge }.map(\.key)
        let topics = Set(tooLarge.map { encoded.records[$0].topic })
        if !topics.isEmpty, await self.limits.learn(topics.sorted()) { return true }
        if tooLarge.count == 1, let index = tooLarge.first {
            let record = encoded.records[index]
            self.limits.teach(record.topic, refused: record.largestBatchBytes)
        }
        return false
    }
}

extension KafkaError {
    fileprivate static func missing(_ topic: String) -> Self {
        Self(
            code: .unknownTopicOrPartition,
            message: "the topic \(topic) is not there",
            disposition: .retry,
            topic: topic
        )
    }
}

/// Keeps the records of a topic with a small limit apart, so that no batch of them is larger than it takes.
private struct BatchGroups {
    let batchBytes: Int
    private var open: [String: Int] = [:]

    init(batchBytes: Int) {
        self.batchBytes = batchBytes
    }

    mutating func add(
        _ record: ProducerRecord,
        _ reference: RecordReference,
        limit: Int,
        to batch: inout EncodedBatch
    ) {
        if limit < self.batchBytes {
            let bytes = record.largestBatchBytes
            let before = self.open[record.topic, default: 0]
            if before > 0, before + bytes > limit {
                batch.plan.barriers.append(batch.records.count)
                self.open = [record.topic: bytes]
            } else {
                self.open[record.topic] = before + bytes
            }
        }
        batch.records.append(record)
        batch.references.append(reference)
    }
}
