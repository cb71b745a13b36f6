@testable import CustomerContract
@testable import JSON
@testable import Records
@testable import Topics

/// Commands: from a record to the command or its failure, and on to result and dead letter.
///
/// The input is a ``RecordInput``.
/// 1. The body of a command reads back as the same command; neither the order of its fields nor nulls change its
///    fingerprint.
/// 2. A result, in every form, reads back as what was written, strictly (`CustomerResult`) and leniently
///    (`ResultEvent`).
/// 3. A dead letter, in every form, reads back as what was written, and names its command to a redrive.
enum CommandTarget {
    private static let results = ResultEncoder(resultsTopic: "r", replyTopicsAllowed: ReplyTopicAllowList(["reply*"]))
    private static let letters = DeadLetterEncoder(topic: "d", group: "g", partitionCount: 2)
    private static let now = UnixMilliseconds(1_795_341_600_042)
    private static let nowhere = RecordPosition(topic: "r", partition: 0, offset: 7)

    static func run(_ input: [UInt8]) {
        let input = RecordInput(input)
        let reader = CommandReader(
            maximumBytes: input.choices & 2 == 0 ? 262_144 : 64,
            mode: input.choices & 1 == 0 ? .full : .envelope
        )
        PlainBodyTarget.compare(reader, input.record)
        switch reader.read(input.record) {
        case .command(let command):
            Self.checkBody(of: command, reader)
            Self.checkResult(
                CommandResult(
                    context: command.context,
                    outcome: .created(.created, CustomerDocument(json: command.encodedBody())),
                    attempts: 1,
                    completedAt: Self.now,
                    unverified: command.unknownFields
                )
            )
        case .refused(let context, let failure):
            check(!failure.message.isEmpty, "a failure has a message")
            Self.checkResult(
                CommandResult(context: context, outcome: .failed(failure), attempts: 0, completedAt: Self.now)
            )
            // One form of thirty-two for an input, and the whole.
            let form = LetterForm(rawValue: UInt8(truncatingIfNeeded: input.record.value?.count ?? 0) & 31)
            Self.checkLetter(failure, context, form)
            if !form.isEmpty { Self.checkLetter(failure, context, []) }
        }
    }

    private static func checkBody(of command: CreateCustomerCommand, _ reader: CommandReader) {
        let body = command.encodedBody()
        let record = KafkaRecord(position: command.context.message.position, value: body)
        if body.count <= reader.maximumBytes {
            guard case .command(let again) = reader.read(record) else { fatalError("the body is no command") }
            check(again.fields == command.fields && again.externalID == command.externalID, "the body reads back")
            check(again.fingerprint == command.fingerprint, "it has one fingerprint")
        }
        check(Fingerprint(of: command.fields) == command.fingerprint, "the fields have the command's fingerprint")
        let digests = FieldDigests(encoded: command.fieldDigests.encoded)
        check(digests == command.fieldDigests, "the digests read back")
        check(digests?.differingFields(from: command.fieldDigests) == [], "a command differs from itself in nothing")
        guard command.fields.repeatedNames.isEmpty else { return }
        let reversed = JSONObject(command.fields.members.reversed())
        check(Fingerprint(of: reversed) == command.fingerprint, "the order of fields does not matter")
        let set = JSONObject(command.fields.members.filter { !$0.value.isNull })
        check(Fingerprint(of: set) == command.fingerprint, "null and absence are one")
        let canonical = CanonicalForm.encode(command.fields)
        check(CanonicalForm.encode(reversed) == canonical, "one canonical form")
        for member in command.fields.members where !member.value.isNull {
            var changed = command.fields
            changed[member.name] = .array([member.value])
            let differing = CanonicalForm.digest(of: changed).fieldDigests
                .differingFields(from: command.fieldDigests)
            check(differing.count == 1, "a field that changed is named, and no other")
        }
    }

    // MARK: Results

    private static func checkResult(_ result: CommandResult) {
        for extent in ResultForm.Extent.allCases {
            let form = ResultForm(
                extent: extent,
                replyRefusal: extent == .reduced ? "gone" : nil,
                addsKey: extent == .minimal
            )
            let record = Self.results.encode(result, form: form).read(at: Self.nowhere)
            let read: CustomerResult
            do {
                read = try CustomerResult(decoding: record.value ?? [])
            } catch {
                fatalError("a result that is written cannot be read: \(error)")
            }
            check(read.commandID == result.context.id, "the command's id")
            check(read.externalID == result.context.statedID, "the customer's id")
            check(read.command == result.context.message.position, "the command's place")
            check(read.commandTimestamp == result.context.message.timestamp, "the command's timestamp")
            check(read.attempts == result.attempts && read.completedAt == result.completedAt, "attempts and time")
            if extent == .full { check(read.outcome == result.outcome, "the outcome") }
            ResultTarget.checkAgreement(read, record)
            check(ResultEvent.commandID(of: record) == read.commandID, "the header names the command too")
        }
    }

    // MARK: Dead letters

    private static func checkLetter(_ failure: CommandFailure, _ context: CommandContext, _ form: LetterForm) {
        let message = context.message
        let record = Self.letters.encode(failure, of: context, failedAt: Self.now, form: form).read(at: Self.nowhere)
        let notice: FailureNotice
        do {
            notice = try FailureNotice(reading: record.headers)
        } catch {
            fatalError("a dead letter that is written cannot be read: \(error)")
        }
        check(notice.commandID == context.id && notice.command == message.position, "which command")
        check(notice.code == failure.code && notice.isRetryable == failure.retryable, "why")
        check(failure.message.utf8.starts(with: notice.message.utf8), "why, in words")
        check(notice.lastFailedAt == Self.now, "when")
        if form.isEmpty { check(record.key == message.key && record.value == message.value, "the command itself") }
        check(form.contains(.withoutValue) || record.value == message.value, "the value")

        let letter = DeadLetter(record)
        check(letter.dialect == .own, "whose dead letter it is")
        let source = letter.source
        check(
            source?.topic == message.position.topic && source?.partition == message.position.partition
                && source?.offset == message.position.offset,
            "its source"
        )
        check(letter.kind == failure.code.rawValue && letter.isRetryable == failure.retryable, "its kind")
        let deliveries = EarlierDeadLetter(letter.record.headers).deliveryCount
        check(deliveries == notice.deliveryCount && letter.redriveCount == notice.redriveCount, "its counts")
        check(letter.firstFailedAt == notice.firstFailedAt && letter.failedAt == Self.now, "its times")
        let earlier = EarlierDeadLetter(message.headers)
        check(notice.deliveryCount == earlier.deliveryCount + 1, "one delivery more")
        check(record.headers.count { DeadLetterHeader(name: $0.name) == .code } == 1, "headers never pile up")
    }
}
