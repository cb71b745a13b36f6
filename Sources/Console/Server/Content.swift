import Mustache

/// What a template asks for, by name: texts, numbers and truth values, contents of its own, and lists of them.
///
/// What has no value is absent: a template takes an absent value for none, and `nil` for a text.
struct Content: ExpressibleByDictionaryLiteral, MustacheParent {
    private var values: [String: Any] = [:]

    init(dictionaryLiteral values: (String, Any?)...) {
        for (name, value) in values { self.values[name] = value }
    }

    var isEmpty: Bool { self.values.isEmpty }

    subscript(name: String) -> Any? {
        get { self.values[name] }
        set { self.values[name] = newValue }
    }

    /// Both; of a name that is in both the value of the other.
    func merging(_ other: Content) -> Content {
        var merged = self
        merged.values.merge(other.values) { $1 }
        return merged
    }

    func child(named name: String) -> Any? { self.values[name] }
}
