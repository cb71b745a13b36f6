import Crypto
import CustomerContract
import JSON

/// The first 16 bytes of SHA-256: enough that no two commands of a file share one, and little enough to be kept for
/// each.
struct CommandDigest: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64

    /// The digest of a command's id.
    init(_ id: CommandID) {
        self.init(hashing: Array(id.text.utf8))
    }

    /// The digest of some bytes.
    init(hashing bytes: [UInt8]) {
        self.init(Array(SHA256.hash(data: bytes)))
    }

    /// The digest of what a command says: the same for every order of its fields and every spelling of its numbers.
    init(of fields: JSONObject) {
        self.init(Fingerprint(of: fields).bytes)
    }

    private init(_ hash: [UInt8]) {
        self.high = hash[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        self.low = hash[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// 32 hexadecimal digits.
    var hexadecimal: String {
        [self.high, self.low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        .joined()
    }
}
