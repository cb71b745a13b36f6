/// A librdkafka property that users may not set, or not to any value, because delivery or another setting of ours rests
/// on it.
///
/// The one list for `kafka.properties` and for every client that this module makes. A wrong value would lose, double or
/// stop results without any error. Properties that may have any value are in ``PassedProperty``.
package struct RefusedProperty: Sendable, Hashable {
    /// Values that leave delivery as it is, and so may pass.
    enum Harmless: Hashable {
        case none
        case values(Set<String>)
        case allBut(Set<String>)
        case numbers(ClosedRange<Int>)

        func contains(_ value: String) -> Bool {
            switch self {
            case .none: false
            case .values(let values): values.contains(value.lowercased())
            case .allBut(let values): !values.contains(value.lowercased())
            // Only as it is written here: librdkafka reads `010` as 8 (strtol(3), base 0).
            case .numbers(let numbers): Int(value).map { numbers.contains($0) && value == String($0) } ?? false
            }
        }

        // The three spellings that librdkafka takes (rdkafka_conf.c, booleans).
        static let isTrue = Harmless.values(["true", "t", "1"])
        static let isFalse = Harmless.values(["false", "f", "0"])
        static func from(_ least: Int) -> Harmless { .numbers(least...Int(Int32.max)) }
    }

    /// librdkafka's name of the property; a `*` at one end matches anything.
    package let name: String
    /// Why, or what to set in its place; a phrase without a full stop.
    package let reason: String
    /// The only kind of client that it concerns; `nil` for both.
    let kind: ClientKind?
    private let harmless: Harmless

    init(_ name: String, of kind: ClientKind?, _ reason: String, unless harmless: Harmless) {
        self.name = name
        self.kind = kind
        self.reason = reason
        self.harmless = harmless
    }

    /// The reason to refuse a property with this value, or `nil` if it may pass.
    package static func reason(name: String, value: String) -> String? {
        // librdkafka does not know a name in other letters: told in full, it is refused for what it means.
        guard case .guarded(let property) = PropertyClass(name.lowercased()) else { return nil }
        return property.harmless.contains(value) ? nil : property.reason
    }

    /// The entry for a name, if it has one.
    static func guarding(_ name: String) -> RefusedProperty? { self.all.first { $0.covers(name) } }

    private func covers(_ candidate: String) -> Bool {
        if self.name.hasSuffix("*") { return candidate.hasPrefix(self.name.dropLast()) }
        if self.name.hasPrefix("*") { return candidate.hasSuffix(self.name.dropFirst()) }
        return candidate == self.name
    }
}
