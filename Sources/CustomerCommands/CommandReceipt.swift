public import CustomerContract
public import Records

/// That a command is in Kafka, written to all in-sync replicas.
public struct CommandReceipt: Sendable, Hashable {
    /// The command's id, which its result names in `ce_causationid` and `command.id`.
    public let commandID: CommandID
    /// Where it stands.
    public let position: RecordPosition
}
