import CustomerContract

/// What the reasons of several dead letters have in common: their words, without ids, numbers and quoted values.
///
/// Two reasons have one form when they differ in such values only. A form that has taken in several reasons keeps the
/// values that all of them share, and has «…» where they differ, so that it is true for every one of them.
package struct ReasonForm: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case word(Substring)
        /// `nil` when the reasons differ here.
        case value(Substring?)
    }

    /// What is shown where reasons differ.
    package static let gap = "…"

    private static let mostBytes = 1_024

    private var parts: [Part]

    /// The form of one reason.
    ///
    /// Of a long reason, such as a stack trace, the first ``mostBytes`` bytes count.
    package init(_ reason: String) {
        self.parts = Self.pieces(reason.cut(toBytes: Self.mostBytes)).map { Self.isValue($0) ? .value($0) : .word($0) }
    }

    /// What is the same for all reasons of the form.
    package var key: String { self.joined { _ in Self.gap } }

    /// The words and the values that all reasons share.
    package var text: String { self.joined { $0.map(String.init) ?? Self.gap } }

    private func joined(_ value: (Substring?) -> String) -> String {
        self.parts.map { part in
            switch part {
            case .word(let word): String(word)
            case .value(let shared): value(shared)
            }
        }.joined(separator: " ")
    }

    /// Takes in another reason of the same form.
    package mutating func merge(_ other: ReasonForm) {
        for (index, part) in other.parts.enumerated() where index < self.parts.count && self.parts[index] != part {
            self.parts[index] = .value(nil)
        }
    }

    /// The reason at its spaces; what is in quotation marks stays together.
    private static func pieces(_ reason: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = reason[...]
        while let first = rest.first(where: { !$0.isWhitespace }), let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            let afterQuote = Self.closing[first].flatMap { rest.dropFirst().firstIndex(of: $0) } ?? rest.startIndex
            let end = rest[afterQuote...].firstIndex(where: \.isWhitespace) ?? rest.endIndex
            pieces.append(rest[..<end])
            rest = rest[end...]
        }
        return pieces
    }

    /// Closing quotation marks by their opening ones.
    private static let closing: [Character: Character] = ["\"": "\"", "'": "'", "«": "»", "“": "”", "`": "`"]

    /// Whether a piece is a value: a number, an id, an address, or in quotation marks.
    ///
    /// The names of fields are words, whatever digits they have.
    private static func isValue(_ piece: Substring) -> Bool {
        if let first = piece.first, self.closing[first] != nil { return true }
        let bare = piece.drop { !$0.isLetter && !$0.isNumber }
        guard bare.contains(where: { $0.isNumber || $0 == "@" }) else { return false }
        let name = bare.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return KnownField(named: String(name)) == nil
    }
}
