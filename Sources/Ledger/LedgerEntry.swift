package import CustomerContract
package import Records

/// What is remembered of a success: enough to answer every later command of the same external_id without the API.
package struct LedgerEntry: Sendable, Hashable {
    /// The idempotency key.
    package let externalID: ExternalID
    /// SHA-256 over the canonical form of the fields that were sent.
    package let fingerprint: Fingerprint
    /// A digest per field, so that a conflict can name the fields that differ.
    package let fieldDigests: FieldDigests
    /// The customer as the backend answered it, sent again to later commands.
    package let customer: CustomerDocument
    /// Whether the first command made the customer (`created`) or found it (`existing`).
    package let outcome: CreatedOutcome
    /// The id of the first command.
    package let commandID: CommandID
    /// The record of the first command: the same record run again after a crash is not another command.
    package let position: RecordPosition
    /// The timestamp of that record; it tells apart a topic that was deleted and created again.
    package let recordTimestamp: UnixMilliseconds?
    /// When it was remembered.
    package let rememberedAt: UnixMilliseconds

    /// Remembers that a command succeeded.
    package init(
        command: CreateCustomerCommand,
        customer: CustomerDocument,
        outcome: CreatedOutcome,
        rememberedAt: UnixMilliseconds
    ) {
        self.init(
            externalID: command.externalID,
            fingerprint: command.fingerprint,
            fieldDigests: command.fieldDigests,
            customer: customer,
            outcome: outcome,
            commandID: command.context.id,
            position: command.context.message.position,
            recordTimestamp: command.context.message.timestamp,
            rememberedAt: rememberedAt
        )
    }

    /// Reads an entry back.
    init(
        externalID: ExternalID,
        fingerprint: Fingerprint,
        fieldDigests: FieldDigests,
        customer: CustomerDocument,
        outcome: CreatedOutcome,
        commandID: CommandID,
        position: RecordPosition,
        recordTimestamp: UnixMilliseconds?,
        rememberedAt: UnixMilliseconds
    ) {
        self.externalID = externalID
        self.fingerprint = fingerprint
        self.fieldDigests = fieldDigests
        self.customer = customer
        self.outcome = outcome
        self.commandID = commandID
        self.position = position
        self.recordTimestamp = recordTimestamp
        self.rememberedAt = rememberedAt
    }
}
