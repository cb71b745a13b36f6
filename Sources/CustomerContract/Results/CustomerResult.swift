import JSON
public import Records

/// A result event as its readers see it: what became of one command.
///
/// ```swift
/// let result = try CustomerResult(decoding: record.value)
/// switch result.outcome {
/// case .created(let how, let customer): provision(customer, isNew: how == .created)
/// case .failed(let failure): report(failure.message)
/// }
/// ```
///
/// The counterpart of `ResultEncoder`; `config/schemas/result.json` says the same in JSON Schema.
public struct CustomerResult: Sendable, Hashable {
    /// The id of the command that this answers.
    public let commandID: CommandID
    /// Whose result it is; nil when the command named no customer.
    ///
    /// Of a failed result it may be an id that breaks a rule.
    public let externalID: ExternalID?
    /// What became of it.
    public let outcome: CommandOutcome
    /// Sentences about what is odd about the command and refused nothing.
    public let warnings: [String]
    /// Fields that were sent and that the server does not give back; none of a failed result.
    public let unverified: [String]
    /// The number of requests to the API for it; 0 when the API was not asked.
    public let attempts: Int
    /// The command's position.
    public let command: RecordPosition
    /// The command's timestamp, if its record had one.
    public let commandTimestamp: UnixMilliseconds?
    /// When the command reached its final state.
    public let completedAt: UnixMilliseconds

    /// How deep a result may be nested: a command's 64 levels come back one level deeper, in `customer`; the rest is in
    /// reserve.
    private static let maximumDepth = 128

    /// Reads the value of a result event.
    ///
    /// Members that are not known are passed over, since later versions may add some.
    /// - Throws: `UnreadableEvent` for anything that is not a result event.
    public init(decoding value: [UInt8]) throws(UnreadableEvent) {
        guard let body = try? JSONParser.parseObject(value, maximumDepth: Self.maximumDepth) else {
            throw UnreadableEvent("", "must be one JSON object")
        }
        let members = EventMembers(body)
        let command = try members.object("command")
        outcome = try members.outcome()
        if case .created = outcome {
            externalID = try members.usableID()
            unverified = try members.strings("unverified")
        } else {
            externalID = try members.statedID()
            try members.refuse("unverified")
            unverified = []
        }
        warnings = try members.strings("warnings")
        commandID = try command.commandID("id")
        self.command = RecordPosition(
            topic: try command.topic("topic"),
            partition: Int32(truncatingIfNeeded: try command.integer("partition", in: 0...Int(Int32.max))),
            offset: Int64(try command.integer("offset", in: 0...Int.max))
        )
        commandTimestamp = command.has("timestamp") ? try command.instant("timestamp") : nil
        attempts = try members.integer("attempts", in: 0...Int.max)
        completedAt = try members.instant("completed_at")
    }
}

extension EventMembers {
    fileprivate func outcome() throws(UnreadableEvent) -> CommandOutcome {
        switch try word("status", ResultStatus.self) {
        case .created:
            try refuse("error")
            let how = try word("outcome", CreatedOutcome.self)
            let customer = try object("customer")
            if customer.has("truncated") { _ = try customer.bool("truncated") }
            return .created(how, CustomerDocument(customer.object))
        case .failed:
            try refuse("outcome")
            try refuse("customer")
            return .failed(try object("error").failure())
        }
    }

    private func failure() throws(UnreadableEvent) -> CommandFailure {
        CommandFailure(
            code: try word("code", ErrorCode.self),
            message: try string("message"),
            retryable: try bool("retryable"),
            httpStatus: has("http_status") ? try integer("http_status", in: 100...999) : nil,
            details: has("details") ? try object("details").object : nil
        )
    }

    /// What the command had for an id, be it one that breaks a rule.
    fileprivate func statedID() throws(UnreadableEvent) -> ExternalID? {
        guard has("external_id") else { return nil }
        let text = try string("external_id")
        guard !text.hasMoreCodePoints(than: CommandValidation.maximumBrokenBytes) else {
            throw unexpected("external_id", "must have at most \(CommandValidation.maximumBrokenBytes) characters")
        }
        return ExternalID(text)
    }

    fileprivate func usableID() throws(UnreadableEvent) -> ExternalID {
        let text = try string("external_id")
        guard !text.isEmpty, !text.hasMoreCodePoints(than: 255), !text.utf8.contains(0) else {
            throw unexpected("external_id", "must have 1 to 255 characters and no U+0000")
        }
        return ExternalID(text)
    }
}

/// The two values of `status`.
private enum ResultStatus: String, CaseIterable {
    case created
    case failed
}

/// What a command came to, ready to be published.
public struct CommandResult: Sendable {
    /// The command.
    public let context: CommandContext
    /// Its final state.
    public let outcome: CommandOutcome
    /// The number of requests to the API for it, lookups and updates among them; 0 when the API was not asked.
    public let attempts: Int
    /// Of a created result the fields that were sent and that the server does not give back, so that nothing is known
    /// of them.
    public let unverified: [String]
    /// When it reached that state.
    public let completedAt: UnixMilliseconds

    /// A result with its parts.
    public init(
        context: CommandContext,
        outcome: CommandOutcome,
        attempts: Int,
        completedAt: UnixMilliseconds,
        unverified: [String] = []
    ) {
        self.context = context
        self.outcome = outcome
        self.attempts = attempts
        self.completedAt = completedAt
        self.unverified = unverified
    }
}
