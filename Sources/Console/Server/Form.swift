import Foundation
import Hummingbird

/// The fields of a form or of a query (`application/x-www-form-urlencoded`), in their order; names may be repeated.
///
/// Read by hand: the decoder of Hummingbird wants a type with fixed names, and its query parameters keep `+`, which
/// browsers send for a space.
struct Form: Sendable, Equatable {
    /// More fields than any page has.
    private static let mostFields = 5_000

    private(set) var fields: [(name: String, value: String)] = []

    init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// Reads fields; `nil` for a text that is none, bytes that are not UTF-8, or too many of them.
    init?(parsing text: some StringProtocol) {
        for field in text.utf8.split(separator: UInt8(ascii: "&")) {
            guard self.fields.count < Self.mostFields else { return nil }
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.compactMap { part in
                String(decoding: part.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }, as: UTF8.self)
                    .removingPercentEncoding
            }
            guard decoded.count == parts.count else { return nil }
            self.fields.append((decoded[0], decoded.count > 1 ? decoded[1] : ""))
        }
    }

    /// The query of a request; empty for one that cannot be read.
    init(queryOf request: Request) {
        self = Form(parsing: request.uri.query ?? "") ?? Form()
    }

    /// The first value of a name; `nil` when it is absent or empty.
    subscript(name: String) -> String? {
        self.fields.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// Every value of a name, empty ones too.
    func all(_ name: String) -> [String] { self.fields.filter { $0.name == name }.map(\.value) }

    /// The fields in the form of a query, which ``init(parsing:)`` reads back.
    var query: String {
        self.fields.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// A text as part of a path or a query.
    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: Self.kept) ?? ""
    }

    /// The page that looks for something.
    static func search(for text: String) -> String { "/search?q=\(Self.encoded(text))" }

    private static let kept = CharacterSet(charactersIn: "-_.0123456789")
        .union(CharacterSet(charactersIn: "a"..."z")).union(CharacterSet(charactersIn: "A"..."Z"))

    static func == (left: Form, right: Form) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}
