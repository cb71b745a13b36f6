package import JSON
package import Ledger
import Records

extension JSONObject {
    /// The object on a line of its own.
    package var line: String { JSONValue.object(self).compact + "\n" }
}

/// What programs that read a status ask of it: of an older or newer worker any member may be missing.
extension JSONObject {
    package func string(_ name: String) -> String? { self[name]?.stringValue }
    package func isTrue(_ name: String) -> Bool { self[name] == .bool(true) }
    package func object(_ name: String) -> JSONObject? { self[name]?.objectValue }
    package func objects(_ name: String) -> [JSONObject] { self.values(name).compactMap(\.objectValue) }
    package func values(_ name: String) -> [JSONValue] { self[name]?.arrayValue ?? [] }

    /// A number as the worker spelt it.
    package func spelling(_ name: String) -> String? {
        guard case .number(let number)? = self[name] else { return nil }
        return number.spelling
    }

    package func double(_ name: String) -> Double? { self.spelling(name).flatMap { Double($0) } }
}

/// Short forms for reports, whose values may be missing.
extension JSONValue {
    /// A text; `null` for none.
    package static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// A number with at most three decimals; `null` for none.
    package static func decimal(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        let rounded = (value * 1_000).rounded() / 1_000
        return JSONNumber(spelling: PrometheusText.number(rounded)).map { .number($0) } ?? .null
    }

    /// A span in seconds; `null` for none.
    static func seconds(_ span: Duration?) -> JSONValue { .decimal(span.map { $0 / .seconds(1) }) }

    /// Numbers by name, in their order.
    package static func counts(_ counts: [(String, Int)]) -> JSONValue {
        .object(JSONObject(counts.map { .init(name: $0, value: .integer($1)) }))
    }

    /// Numbers by name, ordered by name.
    package static func counts(_ counts: [String: Int]) -> JSONValue {
        .counts(counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// A number for each word of a closed set, in the set's order.
    static func counts<Word: RawRepresentable<String> & Hashable & CaseIterable>(_ counts: [Word: Int]) -> JSONValue {
        .counts(Word.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
    }

    package static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    package static func pause(_ pause: Pause) -> JSONValue {
        let (kind, value) = pause.scope.parts
        return .members([
            "scope": .string(kind), "value": value.isEmpty ? .null : .string(value), "reason": .string(pause.reason),
            "by": .string(pause.author), "since": .string(pause.beganAt.description),
            "until": .text(pause.endsAt?.description),
        ])
    }

    static func reasons(_ reasons: [Health.Reason]) -> JSONValue {
        .array(reasons.map { .members(["reason": .string($0.word), "detail": .string($0.detail)]) })
    }
}
