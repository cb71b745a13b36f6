import CustomerContract
import Records
import Redrive
import Settings

struct LetterFilter: Sendable, Hashable {
    /// The code or class; an empty one for letters without, `nil` for any.
    var kind: String?
    /// The key of the reason's form; an empty one for letters without a reason, `nil` for any.
    var why: String?
    var field: String?
    /// The topic of the command; an empty one where it is unknown, `nil` for any.
    var source: String?
    /// A part of the external_id; an empty one for any.
    var externalID = ""
    var state = LetterState.waiting
    /// Failed since then: an age or a time, as options have it.
    var since: String?
    /// Failed before then.
    var until: String?
    /// Whether the external_id is looked for in keys too, which are hidden from those who see no values.
    var searchesKeys = true

    /// What a query has for the absence of a code, a reason or a source: an empty field of a form means any.
    private static let none = "-"
    private static func written(_ text: String) -> String { text.isEmpty ? self.none : text }

    /// The parts as a query, in a fixed order; the state only if it is not the usual one.
    var query: [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        let parts = [
            ("code", self.kind.map(Self.written)), ("why", self.why.map(Self.written)), ("field", self.field),
            ("source", self.source.map(Self.written)),
            ("external_id", self.externalID.isEmpty ? nil : self.externalID), ("since", self.since),
            ("until", self.until), ("state", self.state == .waiting ? nil : self.state.rawValue),
        ]
        for case (let name, let value?) in parts { query.append((name, value)) }
        return query
    }

    /// Reads a query or a form; empty times and fields are none.
    ///
    /// - Throws: `OptionMistake` for a time that is none.
    init(_ value: (String) -> String?) throws(OptionMistake) {
        func filled(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
        func read(_ name: String) -> String? { filled(name).map { $0 == Self.none ? "" : $0 } }
        self.kind = read("code")
        self.why = read("why")
        self.field = filled("field")
        self.source = read("source")
        self.externalID = value("external_id") ?? ""
        self.state = value("state").flatMap { LetterState(rawValue: $0) } ?? .waiting
        self.since = filled("since")
        self.until = filled("until")
        _ = try OptionTimes(since: self.since, until: self.until)
    }

    init() {}

    /// The same as a test of summaries, with the times of now.
    func test(_ forms: ReasonForms, now: UnixMilliseconds) -> (LetterSummary) -> Bool {
        let times = try? OptionTimes(since: self.since, until: self.until, now: now)
        var selection = Selection()
        if let kind, !kind.isEmpty { selection.kinds = [kind] }
        let place = self.why.map { forms.place(of: ReasonForm($0).key) }
        let wanted = Array(self.externalID.utf8).map(Self.folded)
        return { letter in
            if self.kind == "" { if letter.kind != nil { return false } }
            if !selection.matchesKind(letter.kind) { return false }
            if let place, place != letter.form { return false }
            if let field = self.field, !letter.fields.contains(where: { $0.hasSameBytes(as: field) }) { return false }
            if let source = self.source, !(letter.source ?? "").hasSameBytes(as: source) { return false }
            if times?.since != nil || times?.until != nil {
                guard let failedAt = letter.failedAt else { return false }
                if let since = times?.since, failedAt < since { return false }
                if let until = times?.until, failedAt >= until { return false }
            }
            guard !wanted.isEmpty else { return true }
            return Self.contains(wanted, in: letter.externalID)
                || self.searchesKeys && Self.contains(wanted, in: letter.key)
        }
    }

    /// Whether a text contains another, the letters A to Z in either case.
    private static func contains(_ wanted: [UInt8], in text: String?) -> Bool {
        guard let text, text.utf8.count >= wanted.count else { return false }
        return text.withBytes { bytes in
            var start = 0
            while start + wanted.count <= bytes.count {
                var length = 0
                while length < wanted.count, Self.folded(bytes[start + length]) == wanted[length] { length += 1 }
                if length == wanted.count { return true }
                start += 1
            }
            return false
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 { byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte }
}
