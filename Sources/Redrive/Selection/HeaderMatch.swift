import Kafka
import Topics

/// A header that a dead letter must carry.
package struct HeaderMatch: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its value as text.
    package let value: String

    /// Reads `NAME=VALUE`; `nil` without a name or without `=`.
    package init?(parsing text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        self.name = String(text[..<equals])
        self.value = String(text[text.index(after: equals)...])
    }

    func matches(_ headers: [KafkaHeader]) -> Bool {
        headers.contains { header in
            header.name.isSame(as: self.name) && header.value.map { $0.elementsEqual(self.value.utf8) } ?? false
        }
    }
}
