package import CustomerContract
import JSON
package import Kafka
package import Records
package import Topics

/// Makes the record that goes back from a dead letter, or says why the letter stays.
///
/// The one place that decides it: a plan, a job and a list of letters all ask here.
package struct ReturnRoute: Sendable {
    package struct Verdict: Sendable {
        /// The record that goes back, or why none does.
        package let outcome: Result<ProducerRecord, LeftReason>
        /// The failure that is certain if it goes back, although it may stay for that; `nil` when it may succeed.
        package let failure: CommandFailure?
    }

    /// The number of times that a command is sent back unless an operator says otherwise.
    package static let usualLaps = 3

    /// The topic of all records; `nil` for the one that each letter came from.
    private let destination: String?
    private let edits: CommandEdits
    private let maximumLaps: Int
    private let rules: CommandRules
    /// Whether what is certain to fail again goes back all the same.
    private let isForced: Bool
    private let partitionCounts: [String: Int]
    /// Topics that never get a command: dead letters would circulate, and results are no commands.
    private let forbidden: Set<String>

    package init(
        destination: String? = nil,
        edits: CommandEdits = CommandEdits(),
        maximumLaps: Int = Self.usualLaps,
        topics: [TopicDescription],
        forbidden: Set<String>,
        rules: CommandRules,
        isForced: Bool = false
    ) {
        self.destination = destination
        self.edits = edits
        self.maximumLaps = maximumLaps
        self.partitionCounts = Dictionary(topics.map { ($0.name, $0.partitionCount) }, uniquingKeysWith: { $1 })
        self.forbidden = forbidden
        self.rules = rules
        self.isForced = isForced
    }

    /// What becomes of a letter: it stays if it cannot go back, and if it is certain to fail again.
    package func verdict(for letter: DeadLetter) -> Verdict {
        let outcome = self.record(for: letter)
        guard case .success(let record) = outcome, let failure = self.rules.failure(of: record, from: letter) else {
            return Verdict(outcome: outcome, failure: nil)
        }
        return Verdict(outcome: self.isForced ? outcome : .failure(.wouldFail(failure.code)), failure: failure)
    }

    /// The record as it would go back, whatever becomes of it.
    ///
    /// Key, value and headers are those of the command, without those of the dialect and with the redrive count
    /// replaced. It goes to the partition that it came from, which keeps its order with other commands of its customer.
    /// Its timestamp is the time of sending: with its old one the topic's retention might delete it at once.
    func record(for letter: DeadLetter) -> Result<ProducerRecord, LeftReason> {
        guard letter.redriveCount < self.maximumLaps else { return .failure(.lapsSpent) }
        if letter.record.headers.has(DeadLetterReduction.valueDropped.name) { return .failure(.valueDropped) }
        guard let topic = self.destination ?? letter.source?.topic else { return .failure(.noSource) }
        if self.forbidden.contains(topic) || topic.hasPrefix("__") { return .failure(.forbiddenTopic) }
        guard let partitionCount = self.partitionCounts[topic], partitionCount > 0 else {
            return .failure(.noSuchTopic)
        }

        var key = letter.record.headers.has(DeadLetterReduction.keyAdded.name) ? nil : letter.commandKey
        var value = letter.record.value
        var partition = letter.source?.topic.hasSameBytes(as: topic) == true ? letter.source?.partition : nil
        if let known = partition, Int(known) >= partitionCount { partition = nil }
        if !self.edits.isEmpty {
            guard let edited = self.edits.applied(to: value, isStructuredEvent: letter.isStructuredEvent) else {
                return .failure(.notEditable)
            }
            let bytes = JSONWriter.encode(edited)
            // Another customer now: the key follows, and with it the partition.
            if let renamed = Self.renamed(from: value, to: bytes, key: key) {
                key = renamed
                partition = nil
            }
            value = bytes
        }
        let headers = self.headers(of: letter)
        return .success(ProducerRecord(topic: topic, partition: partition, key: key, value: value, headers: headers))
    }

    private func headers(of letter: DeadLetter) -> RecordHeaders {
        let foreign = letter.dialect == .own ? nil : letter.dialect?.headers
        let count = DeadLetterHeader.redriveCount.name
        var headers = letter.record.headers.filter { header in
            // The worker's own headers stay: it replaces them if the command fails again, and until then they tell what
            // happened to it.
            header.name != count && header.name != DeadLetter.redrivenFrom
                && DeadLetterReduction(name: header.name) == nil
                && !(foreign?.owns(header.name) ?? false)
        }
        headers.append(RecordHeader(name: count, text: "\(letter.redriveCount + 1)"))
        headers.append(RecordHeader(name: DeadLetter.redrivenFrom, text: letter.position.description))
        return headers
    }

    /// The new key if the external_id was changed and the key was the old one.
    private static func renamed(from old: [UInt8]?, to new: [UInt8], key: [UInt8]?) -> [UInt8]? {
        func id(_ value: [UInt8]?) -> String? {
            value.flatMap { try? JSONParser.parseObject($0) }?["external_id"]?.stringValue
        }
        guard let key, let before = id(old), let after = id(new), !before.hasSameBytes(as: after),
            key.elementsEqual(before.utf8)
        else { return nil }
        return Array(after.utf8)
    }
}

/// What the worker is certain to say of a record that goes back, before any other is asked: the rules for commands.
package struct CommandRules: Sendable {
    /// The topic whose records the worker reads; those of other topics are the commands of other programs.
    let commandTopic: String
    /// Decodes and checks as the worker does, with its `validation.mode` and `limits.max_command_bytes`.
    private let reader: CommandReader

    package init(commandTopic: String, reader: CommandReader) {
        self.commandTopic = commandTopic
        self.reader = reader
    }

    /// The failure that is certain; `nil` when the record may succeed, or goes to another topic.
    fileprivate func failure(of record: ProducerRecord, from letter: DeadLetter) -> CommandFailure? {
        guard record.topic.hasSameBytes(as: self.commandTopic) else { return nil }
        let message = KafkaRecord(
            position: letter.position,
            key: record.key,
            value: record.value,
            headers: record.headers
        )
        guard case .refused(_, let failure) = self.reader.read(message) else { return nil }
        return failure
    }
}

extension DeadLetter {
    /// Whether the value is a CloudEvent around the command (contract, section 2).
    package var isStructuredEvent: Bool {
        let type = self.record.headers[ignoringCase: .contentType] ?? []
        return String(decoding: type, as: UTF8.self).lowercased().hasPrefix("application/cloudevents+json")
    }
}
