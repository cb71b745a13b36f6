import CustomerContract
import JSON
import Ledger
import Records

/// Makes a command the way a worker does, by reading a record.
func command(
    _ body: String,
    topic: String = "customer_commands",
    partition: Int32 = 3,
    offset: Int64 = 1_207,
    timestamp: Int64? = 1_795_341_600_000,
    id: String? = nil,
    mode: ValidationMode = .full
) throws -> CreateCustomerCommand {
    let message = KafkaRecord(
        position: RecordPosition(topic: topic, partition: partition, offset: offset),
        timestamp: timestamp.map { UnixMilliseconds($0) },
        value: Array(body.utf8),
        headers: id.map { [RecordHeader(name: "ce_id", text: $0)] } ?? []
    )
    switch CommandReader(mode: mode).read(message) {
    case .command(let command): return command
    case .refused(_, let failure): throw failure
    }
}

/// An entry for an external_id, with a customer that can be told apart from others of the same id.
func entry(
    _ externalID: String,
    offset: Int64 = 0,
    name: String = "Acme",
    at moment: Int64 = 1_795_341_600_042
) throws
    -> LedgerEntry
{
    let body = JSONWriter.encode(
        JSONObject([
            .init(name: "external_id", value: .string(externalID)), .init(name: "name", value: .string(name)),
        ])
    )
    return LedgerEntry(
        command: try command(String(decoding: body, as: UTF8.self), offset: offset),
        customer: CustomerDocument(json: body),
        outcome: .created,
        rememberedAt: UnixMilliseconds(moment)
    )
}
