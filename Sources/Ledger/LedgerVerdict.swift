package import CustomerContract
import JSON
import Records

/// What the ledger's memory means for a command.
package enum LedgerVerdict: Sendable {
    /// Nothing is remembered: the command runs.
    case new
    /// This very record succeeded before a crash: it ends as it would have.
    case repeated(CreatedOutcome, CustomerDocument)
    /// An earlier command with the same payload made the customer.
    case replayed(CustomerDocument)
    /// An earlier command with another payload made the customer.
    case conflict(CommandFailure)

    /// Compares a command with what is remembered of its external_id.
    ///
    /// «Another command» is another record: a file that is sent twice carries the same command ids and is replayed,
    /// while a record that is read again after a crash is not. A record is the same if its topic, partition, offset and
    /// timestamp are: offsets alone come again when a topic is created again.
    package init(command: CreateCustomerCommand, entry: LedgerEntry?) {
        guard let entry else {
            self = .new
            return
        }
        guard entry.fingerprint == command.fingerprint else {
            self = .conflict(Self.conflict(command, entry))
            return
        }
        let message = command.context.message
        if entry.position == message.position, entry.recordTimestamp == message.timestamp {
            self = .repeated(entry.outcome, entry.customer)
        } else {
            self = .replayed(entry.customer)
        }
    }

    private static func conflict(_ command: CreateCustomerCommand, _ entry: LedgerEntry) -> CommandFailure {
        let fields = command.fieldDigests.differingFields(from: entry.fieldDigests)
        return CommandFailure(
            code: .idempotencyConflict,
            message: "this external_id was created by an earlier command with another payload; "
                + "a create is never an update: change the customer through Flexprice, or send the fields as they were",
            retryable: false,
            httpStatus: nil,
            details: JSONObject([
                .init(name: "fingerprint", value: .string(command.fingerprint.description)),
                .init(name: "earlier_fingerprint", value: .string(entry.fingerprint.description)),
                .init(name: "earlier_command_id", value: .string(entry.commandID.text)),
                .init(name: "differing_fields", value: .array(fields.map { .string($0) })),
            ])
        )
    }
}
