import Synchronization

/// Ids that no other sending has, of this client or another: 128 random bits, and a number.
final class CorrelationIDs: Sendable {
    private let instance: String
    private let count = Atomic<UInt64>(0)

    init() {
        var generator = SystemRandomNumberGenerator()
        self.instance = (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        .joined()
    }

    func next() -> String {
        "\(self.instance)-\(self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    }
}
