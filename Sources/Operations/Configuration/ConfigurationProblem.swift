/// One mistake in the configuration, told so that it can be mended without looking anything up.
package struct ConfigurationProblem: Sendable, Hashable {
    /// The setting, dotted; nil where the file as a whole is wrong.
    package let key: String?

    /// The line, variable or option to change.
    package let place: SettingOrigin

    /// What stands there; never a secret's value.
    package let found: String

    /// What would be right, with bounds.
    package let expected: String

    /// The nearest known key, for a key that is not known.
    package let nearest: String?

    /// A mistake from its parts.
    package init(key: String?, place: SettingOrigin, found: String, expected: String, nearest: String? = nil) {
        self.key = key
        self.place = place
        self.found = found
        self.expected = expected
        self.nearest = nearest
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// One line: key, place, found, expected, nearest key.
    package var description: String {
        let subject = key.map { "\($0) (\(place))" } ?? "\(place)"
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        return "\(subject): found \(found); expected \(expected)\(hint)"
    }
}
