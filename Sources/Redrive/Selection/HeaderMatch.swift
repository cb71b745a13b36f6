import Kafka
package import Records
import Topics

/// A header that a dead letter must carry.
package struct HeaderMatch: Sendable, Hashable {
    /// Its name.
    package let name: HeaderName
    /// Its value as text.
    package let value: String

    /// Reads `NAME=VALUE`; `nil` without a name or without `=`.
    package init?(parsing text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        self.name = HeaderName(String(text[..<equals]))
        self.value = String(text[text.index(after: equals)...])
    }

    func matches(_ headers: RecordHeaders) -> Bool {
        headers.contains { header in
            header.name == self.name && header.value.map { $0.elementsEqual(self.value.utf8) } ?? false
        }
    }
}
