import CustomerContract
import Kafka
import Records

/// A command that is to be sent.
struct RowCommand: Sendable {
    /// Its `ce_id`.
    let id: CommandID
    /// The key: the external_id.
    let key: [UInt8]?
    /// The value, as it stands in the file.
    let value: [UInt8]?
    /// The headers that its line names, if it is a line of an export.
    let headers: RecordHeaders

    /// The event type of a create command.
    static let type = "flexprice.customer.create.v1"
    /// Who sends it.
    static let source = "customer-worker/produce"

    /// The record: a CloudEvent in binary mode, unless its line says otherwise.
    func record(to topic: String) -> ProducerRecord {
        let ours: RecordHeaders = [
            .ceSpecVersion: "1.0", .ceID: self.id.text,
            .ceType: Self.type, .ceSource: Self.source,
            .contentType: "application/json",
        ]
        let missing = ours.filter { ours in
            !self.headers.contains { $0.name.isSameIgnoringCase(ours.name) }
        }
        return ProducerRecord(
            topic: topic,
            key: self.key,
            value: self.value,
            headers: RecordHeaders(Array(missing) + self.headers)
        )
    }
}
