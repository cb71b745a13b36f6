import CustomerContract
import Kafka
import Records
import Testing

@testable import CommandWorker

/// The search for what a broker refuses, against a broker that refuses whole record batches as real ones do.
@Suite struct BatchFormsTests {
    /// A batch of so many results, each tenth failed with a dead letter, as ``RecordEncoder`` would write it with these
    /// forms.
    private static func encode(_ count: Int, _ forms: BatchForms, replies: SuspendedTopics) -> EncodedBatch {
        var encoded = EncodedBatch()
        for owner in 0..<count {
            let form = forms.resultForm(owner)
            if form != .full { encoded.resultForms[owner] = form }
            let topic =
                owner % 7 == 3 && form.replyRefusal == nil && replies.reason("replies") == nil ? "replies" : "results"
            if topic == "replies" { encoded.replyTopics.insert(topic) }
            let key: [UInt8]? = owner % 5 == 0 && !form.addsKey ? nil : [1]
            encoded.records.append(ProducerRecord(topic: topic, key: key, value: [UInt8(truncatingIfNeeded: owner)]))
            encoded.references.append(RecordReference(owner: owner, isLetter: false))
            guard owner % 10 == 0, form.letterRefusal == nil else { continue }
            let letter = forms.letterForm(owner)
            if !letter.isEmpty { encoded.letterForms[owner] = letter }
            encoded.records.append(
                ProducerRecord(topic: "letters", key: letter.contains(.addedKey) ? [1] : nil, value: [0])
            )
            encoded.references.append(RecordReference(owner: owner, isLetter: true))
        }
        encoded.plan.barriers = forms.barriers(encoded.references)
        return encoded
    }

    private static func error(_ code: KafkaError.Code) -> KafkaError {
        KafkaError(code: code, message: code.name, disposition: .permanent)
    }

    private static let policyViolation = KafkaError.Code(rawValue: 44)
    private static let notPermitted = KafkaError.Code(rawValue: 29)

    private struct Broker {
        /// Records of one batch: what lies between two barriers, and of that so many neighbours of one topic.
        let batch: Int
        /// What is refused.
        let refuses: (EncodedBatch, Int) -> KafkaError.Code?

        /// The refusals of one transaction: of the first group in which there are any.
        func refusals(_ encoded: EncodedBatch) -> [Int: KafkaError] {
            var starts = [0] + encoded.plan.barriers + [encoded.records.count]
            var refused: [Int: KafkaError] = [:]
            while starts.count >= 2, refused.isEmpty {
                let group = starts[0]..<starts[1]
                starts.removeFirst()
                for (_, indices) in Dictionary(grouping: group, by: { encoded.records[$0].topic }) {
                    for start in stride(from: 0, to: indices.count, by: self.batch) {
                        let together = indices[start..<min(start + self.batch, indices.count)]
                        guard let code = together.lazy.compactMap({ self.refuses(encoded, $0) }).first else { continue }
                        for index in together { refused[index] = BatchFormsTests.error(code) }
                    }
                }
            }
            return refused
        }
    }

    /// Tries until nothing is refused; the batch that got out, how many trials it took, and the error that stays.
    private static func run(_ count: Int, _ broker: Broker) -> (batch: EncodedBatch, trials: Int, error: KafkaError?) {
        var forms = BatchForms()
        var replies = SuspendedTopics()
        var trials = 0
        while true {
            let encoded = Self.encode(count, forms, replies: replies)
            trials += 1
            let refused = broker.refusals(encoded)
            if refused.isEmpty { return (encoded, trials, nil) }
            if let error = forms.learn(refused, of: encoded, &replies) { return (encoded, trials, error) }
        }
    }

    private static func reference(_ encoded: EncodedBatch, _ index: Int) -> RecordReference {
        encoded.references[index]
    }

    @Test(arguments: [1, 2, 17, 1_000, 5_000])
    func `one result that is refused is found among all, and only it is reduced`(_ count: Int) {
        let culprit = count / 2
        let broker = Broker(batch: 700) { encoded, index in
            let isCulprit = encoded.references[index] == RecordReference(owner: culprit, isLetter: false)
            return isCulprit && encoded.resultForms[culprit] == nil ? Self.policyViolation : nil
        }
        let end = Self.run(count, broker)
        #expect(end.error == nil)
        #expect(Set(end.batch.resultForms.keys) == [culprit])
        #expect(end.batch.letterForms.isEmpty)
        #expect(end.trials <= 6, "\(end.trials) trials")
    }

    @Test(arguments: [
        KafkaError.Code.messageTooLarge, Self.policyViolation, .invalidRecord, .invalidTimestamp, .init(rawValue: 130),
    ])
    func `a dead letter that is refused in every form is left out, and its result says why`(_ code: KafkaError.Code) {
        let broker = Broker(batch: 50) { encoded, index in
            encoded.references[index] == RecordReference(owner: 70, isLetter: true) ? code : nil
        }
        let end = Self.run(100, broker)
        #expect(end.error == nil)
        #expect(end.batch.resultForms[70]?.letterRefusal == code.name)
        #expect(end.batch.records.count == 109)
        #expect(end.batch.letterForms[70] == nil)
        #expect(end.trials <= 20, "\(end.trials) trials")
    }

    @Test func `a topic that asks for keys gets them, and nothing else is touched`() {
        let broker = Broker(batch: 50) { encoded, index in
            encoded.records[index].key == nil ? .invalidRecord : nil
        }
        let end = Self.run(1_000, broker)
        #expect(end.error == nil)
        #expect(end.batch.resultForms.values.allSatisfy { $0 == ResultForm(addsKey: true) })
        #expect(end.batch.resultForms.count == 200)
        #expect(end.batch.letterForms.values.allSatisfy { $0 == .addedKey })
        #expect(end.trials <= 4, "\(end.trials) trials")
    }

    @Test func `a topic that refuses every dead letter is given none, in a bounded number of trials`() {
        let broker = Broker(batch: 50) { encoded, index in
            encoded.references[index].isLetter ? Self.policyViolation : nil
        }
        let end = Self.run(2_000, broker)
        #expect(end.error == nil)
        #expect(end.batch.records.count == 2_000)
        #expect(end.trials <= 200, "\(end.trials) trials")
    }

    @Test func `a results topic that refuses everything is the topic's trouble, with its name`() {
        let broker = Broker(batch: 50) { encoded, index in
            encoded.records[index].topic == "results" ? Self.policyViolation : nil
        }
        let end = Self.run(20, broker)
        #expect(end.error?.topic == "results")
        #expect(end.error?.code == Self.policyViolation)
    }

    @Test(arguments: [.unknownTopicOrPartition, KafkaError.Code(rawValue: -192), Self.notPermitted])
    func `a reply topic that takes nothing is suspended, and one of our own is named`(_ code: KafkaError.Code) {
        let broker = Broker(batch: 50) { encoded, index in encoded.records[index].topic == "replies" ? code : nil }
        let end = Self.run(100, broker)
        #expect(end.error == nil)
        #expect(end.batch.replyTopics.isEmpty)
        let own = Broker(batch: 50) { encoded, index in encoded.records[index].topic == "letters" ? code : nil }
        let failed = Self.run(100, own)
        #expect(failed.error?.topic == "letters")
        #expect(failed.batch.letterForms.isEmpty)
    }

    @Test func `whatever is refused, all the rest gets out in full`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let count = Int.random(in: 1...400, using: &random)
            let culprits = Set(
                (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0..<count, using: &random) }
            )
            let broker = Broker(batch: Int.random(in: 1...200, using: &random)) { encoded, index in
                let reference = encoded.references[index]
                guard culprits.contains(reference.owner) else { return nil }
                let isFull =
                    reference.isLetter
                    ? encoded.letterForms[reference.owner] == nil : encoded.resultForms[reference.owner] == nil
                return isFull ? Self.policyViolation : nil
            }
            let end = Self.run(count, broker)
            #expect(end.error == nil, "\(count) \(culprits)")
            #expect(Set(end.batch.resultForms.keys) == culprits, "\(count)")
            #expect(Set(end.batch.letterForms.keys) == culprits.filter { $0 % 10 == 0 }, "\(count)")
        }
    }

    @Test
    func `a reply topic that fails the transaction by its name is left out alone, and one of our own ends the search`()
    {
        var forms = BatchForms()
        var encoded = EncodedBatch()
        encoded.replyTopics = ["replies.1", "replies.2", "replies.3"]
        let error = Self.error(Self.notPermitted)
        #expect(forms.learn(topicError: error.of(topic: "results"), of: encoded)?.topic == "results")
        #expect(forms.blamed.isEmpty)
        #expect(forms.learn(topicError: error.of(topic: "replies.2"), of: encoded) == nil)
        #expect(forms.blamed == ["replies.2"])
        #expect(forms.refusal(of: "replies.2") != nil && forms.refusal(of: "replies.1") == nil)
    }

    @Test func `among reply topics of which one fails the transaction it is found by halves`() {
        var forms = BatchForms()
        let topics = (0..<16).map { "replies.\($0)" }
        var trials = 0
        while true {
            var encoded = EncodedBatch()
            encoded.replyTopics = Set(topics.filter { forms.refusal(of: $0) == nil })
            trials += 1
            guard encoded.replyTopics.contains("replies.5") else { break }
            #expect(forms.learn(topicError: Self.error(Self.notPermitted), of: encoded) == nil)
        }
        #expect(trials <= 6)
        #expect(forms.blamed.contains("replies.5"))
        #expect(forms.blamed.count <= 8)
        #expect(forms.learn(topicError: Self.error(Self.notPermitted), of: EncodedBatch()) != nil)
    }
}
