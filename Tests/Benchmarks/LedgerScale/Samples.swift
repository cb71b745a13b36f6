import CCrypto
import CustomerContract
import Ledger
import Records

/// External ids without any order, which is the worst for an index, and entries of an ordinary size.
enum Samples {
    /// An id that a store was filled with.
    static func known(_ number: Int) -> String { self.scattered("\(number)") }

    /// An id that no store has.
    static func new(_ seed: UInt64, _ number: Int) -> String { self.scattered("new-\(seed)-\(number)") }

    /// 32 hexadecimal digits, as PostgreSQL's `md5` and Python's `hashlib` make them.
    private static func scattered(_ text: String) -> String {
        self.digest(of: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func digest(of bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(MD5_DIGEST_LENGTH)) { buffer, count in
            MD5(bytes, bytes.count, buffer.baseAddress)
            count = Int(MD5_DIGEST_LENGTH)
        }
    }

    /// What a worker with backend `local` remembers of a command with name, e-mail, address and metadata.
    static func entry(_ externalID: String, number: Int) throws -> LedgerEntry {
        let body = """
            {"external_id":"\(externalID)","name":"Acme \(number)","email":"billing@acme.example",\
            "address_line1":"1 Main Street","address_city":"Springfield","address_country":"US",\
            "metadata":{"plan":"pro","region":"us-east"}}
            """
        let message = KafkaRecord(
            position: RecordPosition(topic: "customer_commands", partition: 3, offset: Int64(number)),
            timestamp: UnixMilliseconds(1_795_341_600_000),
            value: Array(body.utf8),
            headers: []
        )
        switch CommandReader(mode: .full).read(message) {
        case .command(let command):
            let customer = LocalCustomers().make(command, at: UnixMilliseconds(1_795_341_600_042))
            return LedgerEntry(command: command, customer: customer, outcome: .created, rememberedAt: .now())
        case .refused(_, let failure):
            throw failure
        }
    }
}
