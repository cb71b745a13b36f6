/// The form in which a source holds a value.
enum ValueShape: Sendable {
    case text
    case list
    case map
}

/// A value as it was written, before it is understood.
enum RawValue: Sendable, Equatable {
    case text(String)
    case list([String])
    case map([String: String])
}

/// What is wrong with one written value; the reader adds the key and the place.
struct SettingMistake: Error, Sendable, Equatable {
    /// The entry of a map that is wrong, if the value is a map.
    var entry: String?
    var found: String
    var expected: String
}

/// All mistakes of one written value.
struct SettingMistakes: Error, Sendable, Equatable {
    var mistakes: [SettingMistake]

    init(_ mistakes: [SettingMistake]) {
        self.mistakes = mistakes
    }

    init(found: String, expected: String) {
        self.init([SettingMistake(found: found, expected: expected)])
    }
}
