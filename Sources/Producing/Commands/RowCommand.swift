import CustomerContract
import Kafka
import Records

struct RowCommand: Sendable {
    let place: RowPlace
    let id: CommandID
    /// The key: the external_id.
    let key: [UInt8]?
    /// The value, as the file has it.
    let value: [UInt8]?
    /// The headers that its line names, if it is a line of an export.
    let headers: RecordHeaders
    /// What is compared with other rows; `nil` of one that the worker would refuse.
    var subject: RowComparison.Subject?
    var unknownFields: [String] = []

    /// The record: a CloudEvent in binary mode, unless its line says otherwise.
    func record(to topic: String) -> ProducerRecord {
        let ours: RecordHeaders = [
            .ceSpecVersion: "1.0", .ceID: self.id.text, .ceType: "flexprice.customer.create.v1",
            .ceSource: "customer-worker/produce", .contentType: "application/json",
        ]
        let missing = ours.filter { ours in !self.headers.contains { $0.name.isSameIgnoringCase(ours.name) } }
        let headers = RecordHeaders(Array(missing) + self.headers)
        return ProducerRecord(topic: topic, key: self.key, value: self.value, headers: headers)
    }
}

/// The first 16 bytes of SHA-256: enough that no two commands of a file share one, and little enough to be kept for
/// each.
struct CommandDigest: Sendable, Hashable {
    private let value: UInt128

    init(_ id: CommandID) {
        self.init(hashing: Array(id.text.utf8))
    }

    init(hashing bytes: [UInt8]) {
        self.init(SHA256.digest(of: bytes))
    }

    /// The digest of what a command says, by the worker's own fingerprint: the same for every order of its fields and
    /// every spelling of its numbers.
    init(_ fingerprint: Fingerprint) {
        self.init(fingerprint.bytes)
    }

    private init(_ hash: [UInt8]) {
        self.value = hash.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }

    var high: UInt64 { UInt64(truncatingIfNeeded: self.value >> 64) }

    var hexadecimal: String {
        let digits = String(self.value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
