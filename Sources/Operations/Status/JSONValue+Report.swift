package import JSON
package import Ledger
import Records

/// Short forms for reports: an object in the order in which it is written down, and values that may be missing.
extension JSONObject {
    /// The members in the order of the literal.
    package init(_ members: KeyValuePairs<String, JSONValue>) {
        self.init(members.map { Member(name: $0.key, value: $0.value) })
    }

    /// The object on a line of its own.
    package var line: String { String(decoding: JSONWriter.encode(self), as: UTF8.self) + "\n" }
}

extension JSONValue {
    /// An object with the members in the order of the literal.
    package static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject(members))
    }

    /// A whole number.
    package static func integer(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }

    /// A text; `null` for none.
    package static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// A number with at most three decimals; `null` for none.
    static func decimal(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        let rounded = (value * 1_000).rounded() / 1_000
        return JSONNumber(spelling: PrometheusText.number(rounded)).map { .number($0) } ?? .null
    }

    /// Numbers by name, ordered by name.
    package static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(JSONObject(counts.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .integer($0.value)) }))
    }

    /// A number for each word of a closed set, in the set's order.
    static func counts<Word: RawRepresentable<String> & Hashable & CaseIterable>(_ counts: [Word: Int]) -> JSONValue {
        .object(JSONObject(Word.allCases.map { .init(name: $0.rawValue, value: .integer(counts[$0] ?? 0)) }))
    }

    /// What an operator has paused.
    package static func pause(_ pause: Pause) -> JSONValue {
        let (kind, value) = pause.scope.parts
        return .members([
            "scope": .string(kind), "value": value.isEmpty ? .null : .string(value), "reason": .string(pause.reason),
            "by": .string(pause.author), "since": .string(pause.beganAt.description),
            "until": .text(pause.endsAt?.description),
        ])
    }

    /// Reasons for not being ready.
    static func reasons(_ reasons: [Health.Reason]) -> JSONValue {
        .array(reasons.map { .members(["reason": .string($0.word), "detail": .string($0.detail)]) })
    }
}
