@testable import CustomerContract
@testable import JSON
@testable import Records
@testable import Topics

/// Result events of anybody.
///
/// The input is the value.
/// What the strict reader takes the lenient one takes too, as the same.
enum ResultTarget {
    static func run(_ value: [UInt8]) {
        let record = KafkaRecord(position: RecordPosition(topic: "r", partition: 0, offset: 7), value: value)
        if let event = ResultEvent(record) {
            _ = (event.command, event.completedAt, event.attempts, event.customerID)
            _ = (event.message, event.httpStatus, event.details)
        }
        guard let result = try? CustomerResult(decoding: value) else { return }
        Self.checkAgreement(result, record)
    }

    static func checkAgreement(_ result: CustomerResult, _ record: KafkaRecord) {
        guard let event = ResultEvent(record) else { fatalError("the lenient reader is stricter than the strict one") }
        check(event.commandID == result.commandID && event.externalID == result.externalID, "who")
        check(event.command == result.command, "which command")
        check(event.attempts == result.attempts && event.completedAt == result.completedAt, "how often and when")
        switch result.outcome {
        case .created(let outcome, let customer):
            check(event.isCreated && event.code == outcome.rawValue, "the outcome")
            check(event.body["customer"].map { JSONWriter.encode($0) } == customer.json, "the customer")
        case .failed(let failure):
            check(!event.isCreated && event.code == failure.code.rawValue, "the code")
            check(event.message.map(ExactText.init) == ExactText(failure.message), "the message")
            check(event.httpStatus == failure.httpStatus && event.details == failure.details, "what else is said")
        }
    }
}

/// Dead letters of every dialect, and the lines they are exported as.
///
/// The input is a ``RecordInput``, or with the lowest bit of its first byte a line.
/// 1. The line of a dead letter reads back as the dead letter, byte for byte if it is exact.
/// 2. A line that is read and written means the same again.
/// 3. No header of the dialect goes back with the command.
enum LetterTarget {
    static func run(_ input: [UInt8]) {
        if input.first.map({ $0 & 1 == 1 }) ?? false {
            Self.checkLine(Array(input.dropFirst()))
        } else {
            Self.checkLetter(RecordInput(input).record)
        }
    }

    private static func checkLetter(_ record: KafkaRecord) {
        let letter = DeadLetter(record)
        _ = (letter.externalIDs, letter.commandKey, try? FailureNotice(reading: record.headers))
        check((0...Int(Int32.max)).contains(letter.redriveCount), "a count that can be counted on")
        if let source = letter.source { check((source.partition ?? 0) >= 0 && (source.offset ?? 0) >= 0, "a place") }
        for isExact in [true, false] {
            let line = ExportLine(letter, isExact: isExact)
            let read: ExportLine
            do {
                read = try ExportLine(parsing: line.encoded)
            } catch {
                fatalError("a line that is written cannot be read: \(error)")
            }
            check(read.topic.map(ExactText.init) == line.topic.map(ExactText.init), "the topic")
            check(read.partition == line.partition && read.timestamp == line.timestamp, "partition and timestamp")
            check(read.key == line.key && read.headers == line.headers, "key and headers")
            check(read.about == line.about, "what is known of the failure")
            if isExact { check(read.value == line.value, "the value") }
            check(Self.meaning(read.value) == Self.meaning(line.value), "what the value means")
            let foreign = letter.dialect?.headers
            check(!read.commandHeaders.contains { foreign?.owns($0.name) ?? false }, "the dialect's headers stay")
            check(!read.commandHeaders.contains { DeadLetterEncoder.isOurs($0.name) }, "our own stay")
        }
    }

    private static func checkLine(_ text: [UInt8]) {
        guard let object = try? JSONParser.parseObject(text, maximumDepth: 128), let line = try? ExportLine(object)
        else { return }
        let again = try? ExportLine(parsing: line.encoded)
        check(again?.key == line.key && again?.headers == line.headers, "key and headers")
        check(again.map { Self.meaning($0.value) } == Self.meaning(line.value), "what the value means")
        check(again?.timestamp == line.timestamp && again?.partition == line.partition, "partition and timestamp")
        check(again?.commandHeaders == line.commandHeaders, "what goes back")
    }

    private enum Meaning: Equatable {
        case object(JSONObject)
        case bytes([UInt8]?)
    }

    private static func meaning(_ value: [UInt8]?) -> Meaning {
        let object = value.flatMap { try? JSONParser.parseObject($0, maximumDepth: 128) }
        return object.map { .object($0) } ?? .bytes(value)
    }
}
