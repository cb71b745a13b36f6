import CustomerContract
import Kafka
import Ledger
import Records

/// Commands of an ordinary size: a name, an e-mail, an address, two metadata, and the headers of a CloudEvent.
enum Samples {
    static let now = UnixMilliseconds(1_795_341_600_042)
    static let partition = TopicPartition(topic: "customer_commands", partition: 3)

    /// `acct_` and eight digits.
    static func externalID(_ number: Int) -> String { "acct_" + "\(100_000_000 + number)".dropFirst() }

    /// Made by copying and not by formatting, so that what is measured is not this.
    ///
    /// - Parameter id: the number of its external_id, that of the record unless told.
    static func record(_ number: Int, id: Int? = nil) -> KafkaRecord {
        var (key, value) = (Self.key, Self.value)
        var rest = id ?? number
        for place in (5..<13).reversed() {
            let digit = UInt8(ascii: "0") + UInt8(rest % 10)
            key[place] = digit
            value[Self.idStart + place] = digit
            rest /= 10
        }
        return KafkaRecord(
            position: RecordPosition(Self.partition, offset: Int64(number)),
            timestamp: UnixMilliseconds(1_795_341_600_000),
            key: key,
            value: value,
            headers: Self.headers
        )
    }

    private static let key = Array(Self.externalID(0).utf8)
    private static let idStart = #"{"external_id":""#.utf8.count
    private static let value = Array(
        """
        {"external_id":"\(externalID(0))","name":"Acme","email":"billing@acme.example","address_line1":"1 Main Street",\
        "address_city":"Springfield","address_country":"US","metadata":{"plan":"pro","region":"us-east"}}
        """.utf8
    )
    private static let headers: RecordHeaders = [
        RecordHeader(name: "ce_id", value: Array("4f1c3a52-90e5-4d7e-8d5a-5f0f8a1b2c3d".utf8)),
        RecordHeader(name: "ce_type", value: Array("flexprice.customer.create.v1".utf8)),
    ]

    static func command(_ number: Int) throws -> CreateCustomerCommand {
        let record = Self.record(number)
        let message = KafkaRecord(
            position: record.position,
            timestamp: UnixMilliseconds(1_795_341_600_000),
            key: record.key,
            value: record.value,
            headers: []
        )
        switch CommandReader().read(message) {
        case .command(let command): return command
        case .refused(_, let failure): throw failure
        }
    }

    static func entry(_ number: Int) throws -> LedgerEntry {
        let command = try Self.command(number)
        let customer = LocalCustomers().make(command, at: Self.now)
        return LedgerEntry(command: command, customer: customer, outcome: .created, rememberedAt: Self.now)
    }
}
