import JSON
public import Records

/// What became of a message at reading: a command to carry out, or the failure it deserves.
public enum DecodedCommand: Sendable {
    /// A command that obeys every rule.
    case command(CreateCustomerCommand)
    /// A message that is to be answered with a failure, without asking anybody else.
    case refused(CommandContext, CommandFailure)

    /// What is known of the command in both cases.
    public var context: CommandContext {
        switch self {
        case .command(let command): command.context
        case .refused(let context, _): context
        }
    }
}

/// Reads messages of the command topic: decoding, then every rule.
///
/// A value without state that may be shared between threads. Whatever the bytes are, the answer is a command or the
/// failure it deserves; nothing traps and nothing throws.
///
/// ```swift
/// switch CommandReader().read(message) {
/// case .command(let command): send(command.encodedBody())
/// case .refused(let context, let failure): publish(failure, for: context)
/// }
/// ```
public struct CommandReader: Sendable {
    /// The largest value that is read, in bytes.
    public let maximumBytes: Int
    /// How much is checked.
    public let mode: ValidationMode

    /// A reader with its bounds; 262,144 bytes (256 KiB) is the contract's default.
    public init(maximumBytes: Int = 262_144, mode: ValidationMode = .full) {
        self.maximumBytes = maximumBytes
        self.mode = mode
    }

    /// Reads one message.
    ///
    /// A refused one still names its customer if the body had a usable `external_id`, so that its result carries the
    /// key.
    public func read(_ message: KafkaRecord) -> DecodedCommand {
        let headers = CommandHeaders(message.headers)
        return plainCommand(message, headers).map { .command($0) } ?? readByRules(message, headers)
    }

    /// Reads one message by every rule there is: what is plain comes to the same command.
    func readByRules(_ message: KafkaRecord, _ headers: CommandHeaders) -> DecodedCommand {
        var eventID: String?
        let body: CommandBody
        do throws(CommandFailure) {
            body = try readBody(of: message, headers, eventID: &eventID)
        } catch {
            return .refused(context(of: message, headers, eventID: eventID, validation: nil), error)
        }
        let validation = CommandValidation(body.fields, containsNUL: body.containsNUL, mode: mode)
        guard validation.problems.isEmpty, let externalID = validation.externalID else {
            let context = context(of: message, headers, eventID: eventID, validation: validation)
            return .refused(context, validation.problems.failure())
        }
        var fields = body.fields
        if fields["name"]?.isNull ?? true {
            fields["name"] = nil
            fields["name"] = .string(externalID.text)
        }
        return .command(
            CreateCustomerCommand(
                CreateCustomerCommand.Parts(
                    message,
                    id(of: message, headers, eventID: eventID),
                    externalID,
                    .tree(fields),
                    correlation: headers.correlation,
                    trace: headers.trace,
                    warnings: validation.warnings,
                    unknownFields: validation.unknownFields
                )
            )
        )
    }

    /// The command of a record whose value is an ordinary body, as nearly every one is.
    private func plainCommand(_ message: KafkaRecord, _ headers: CommandHeaders) -> CreateCustomerCommand? {
        guard let value = message.valueBytes, value.count <= maximumBytes, !headers.isStructuredCloudEvent,
            let body = PlainBodyScanner.scan(value)
        else { return nil }
        return CreateCustomerCommand(
            CreateCustomerCommand.Parts(
                message,
                id(of: message, headers, eventID: nil),
                ExternalID(body.text(.externalID)),
                .plain(body),
                correlation: headers.correlation,
                trace: headers.trace
            )
        )
    }

    private func readBody(
        of message: KafkaRecord,
        _ headers: CommandHeaders,
        eventID: inout String?
    ) throws(CommandFailure) -> CommandBody {
        let value = try CommandBody.bytes(of: message, maximumBytes: maximumBytes)
        guard headers.isStructuredCloudEvent else { return try CommandBody(plain: value) }
        let envelope = try CommandBody.parseEnvelope(value)
        let event = StructuredCloudEvent(envelope.object, containsNUL: envelope.containsNUL)
        eventID = event.id
        return try CommandBody(event: event)
    }

    private func id(of message: KafkaRecord, _ headers: CommandHeaders, eventID: String?) -> CommandID {
        eventID.flatMap { CommandID(producerChosen: Array($0.utf8)[...]) }
            ?? headers.ceID.flatMap { CommandID(producerChosen: $0) }
            ?? CommandID(message.position)
    }

    private func context(
        of message: KafkaRecord,
        _ headers: CommandHeaders,
        eventID: String?,
        validation: CommandValidation?
    ) -> CommandContext {
        CommandContext(
            message: message,
            id: id(of: message, headers, eventID: eventID),
            externalID: validation?.externalID,
            correlation: headers.correlation,
            trace: headers.trace,
            brokenID: validation?.brokenID,
            warnings: validation?.warnings ?? []
        )
    }
}
