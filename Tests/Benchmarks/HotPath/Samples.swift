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

    /// A record as the consumer makes it: one piece of memory, and the list of its headers.
    ///
    /// Made by copying and not by formatting, so that what is measured is not this.
    ///
    /// - Parameter id: the number of its external_id, that of the record unless told.
    static func record(_ number: Int, id: Int? = nil) -> KafkaRecord {
        var memory = Self.memory
        var rest = id ?? number
        for place in (5..<13).reversed() {
            let digit = UInt8(ascii: "0") + UInt8(rest % 10)
            memory[place] = digit
            memory[Self.value.lowerBound + Self.idStart + place] = digit
            rest /= 10
        }
        var headers = RecordHeaders()
        headers.reserveCapacity(Self.headers.count)
        for (name, place) in Self.headers { headers.append(RecordHeader(name: name, bytes: memory[place])) }
        return KafkaRecord(
            position: RecordPosition(Self.partition, offset: Int64(number)),
            timestamp: UnixMilliseconds(1_795_341_600_000),
            keyBytes: memory[..<Self.value.lowerBound],
            valueBytes: memory[Self.value],
            headers: headers
        )
    }

    private static let idStart = #"{"external_id":""#.utf8.count
    private static let parts = [
        Self.externalID(0),
        """
        {"external_id":"\(externalID(0))","name":"Acme","email":"billing@acme.example","address_line1":"1 Main Street",\
        "address_city":"Springfield","address_country":"US","metadata":{"plan":"pro","region":"us-east"}}
        """,
        "4f1c3a52-90e5-4d7e-8d5a-5f0f8a1b2c3d",
        "flexprice.customer.create.v1",
    ]
    private static let memory = Array(parts.joined().utf8)
    private static let places = parts.indices.map { index in
        let start = parts[..<index].joined().utf8.count
        return start..<start + parts[index].utf8.count
    }
    private static let value = places[1]
    private static let headers: [(HeaderName, Range<Int>)] = [("ce_id", places[2]), ("ce_type", places[3])]

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
