/// Reads settings one by one from all layers, and gathers what was wrong and where each value came from.
///
/// The settings are declared by being read: the keys that were asked for *are* the known keys, so there is no second
/// list to keep in step. A wrong value never stops the reading; its default replaces it until the end, when
/// ``SettingsSources/load()`` throws all problems together.
struct SettingsReader {
    /// The strongest first.
    var layers: [SettingLayer] = []
    /// Where systemd put the credentials of the unit.
    var credentialsDirectory: String?
    private(set) var problems: [ConfigurationProblem] = []
    /// Why the file that holds the API key cannot be read, or not be understood.
    private(set) var keyProblems: [ConfigurationProblem] = []
    private(set) var rows: [ConfigurationReport.Row] = []
    private(set) var warnings: [ConfigurationWarning] = []
    private(set) var origins: [String: SettingOrigin] = [:]
    /// The settings whose secrets are in the file, which should then not be readable by all users.
    private(set) var secretsInFile: [String] = []
    /// All keys that were read, in their order.
    private(set) var knownKeys: [String] = []
    private(set) var contradictions: [Contradiction] = []

    /// Reads one setting in place: what `value` is before is the default.
    ///
    /// - Parameters:
    ///   - key: Dotted, at most one dot, so that the file's sections stay flat.
    ///   - kind: Form, bounds and expectation.
    ///   - onReload: Whether a reload (HUP) puts a new value into effect.
    mutating func read<Value>(
        _ key: String,
        into value: inout Value,
        _ kind: ValueKind<Value>,
        onReload: ReloadEffect = .needsRestart
    ) {
        self.knownKeys.append(key)
        let path = key.split(separator: ".").map(String.init)
        // The strongest first.
        var found: [(value: Value, layer: SettingLayer)] = []
        for layer in self.layers {
            do throws(SettingMistakes) {
                guard let raw = try layer.raw(path, as: kind) else { continue }
                let value = try kind.parse(raw)
                if layer.isPublic, kind.holdsSecret(value) {
                    throw SettingMistakes(
                        found: "a secret (not shown)",
                        expected: "the file or a variable: other users can read the arguments of a process"
                    )
                }
                found.append((value, layer))
            } catch {
                self.problems += error.mistakes.map { mistake in
                    ConfigurationProblem(
                        key: mistake.entry.map { "\(key).\($0)" } ?? key,
                        place: layer.origin(path, mistake.entry),
                        found: mistake.found,
                        expected: mistake.expected
                    )
                }
            }
        }
        if let strongest = found.first {
            value = strongest.value
            if let fill = kind.fill { value = found.dropFirst().reduce(value) { fill($0, $1.value) } }
        }
        let origin = found.first?.layer.origin(path, nil) ?? .builtIn
        self.origins[key] = origin
        for (value, layer) in found where kind.holdsSecret(value) {
            if case .file = layer.origin(path, nil) { self.secretsInFile.append(key) }
        }
        func show(_ key: String, _ text: String?, _ origin: SettingOrigin) {
            self.rows.append(.init(key: key, value: text, origin: origin, onReload: onReload, isBare: kind.isBare))
        }
        let entries = kind.entries(value)
        if entries.isEmpty { show(key, kind.text(value), origin) }
        for (name, text) in entries {
            let layer = found.first { kind.entries($0.value).contains { $0.name == name } }?.layer
            show("\(key).\(name)", text, layer?.origin(path, name) ?? origin)
        }
    }

    /// Notes a value that was found in another place after its setting was read.
    mutating func replace(_ key: String, value: String, origin: SettingOrigin) {
        self.origins[key] = origin
        guard let index = self.rows.firstIndex(where: { $0.key == key }) else { return }
        let effect = self.rows[index].onReload
        self.rows[index] = ConfigurationReport.Row(key: key, value: value, origin: origin, onReload: effect)
    }

    mutating func contradict(_ keys: [String], found: String, expected: String) {
        self.contradictions.append(Contradiction(keys: keys, found: found, expected: expected))
    }

    /// Notes a contradiction if a setting's value is less than another one's.
    ///
    /// - Parameter kind: prints both.
    mutating func require<Value: Comparable>(
        _ key: String,
        _ value: Value,
        atLeast other: (key: String, value: Value),
        _ kind: ValueKind<Value>
    ) {
        guard value < other.value else { return }
        func text(_ value: Value) -> String { kind.text(value) ?? "-" }
        self.contradict(
            [key, other.key],
            found: "\(text(value)), less than the \(text(other.value)) of \(other.key)",
            expected: "\(key) not below \(other.key)"
        )
    }

    /// Adds a mistake that only shows once the setting was read; at the place of an entry if it is one's.
    mutating func refuse(_ key: String, entry: String?, found: String, expected: String) {
        guard !self.hasProblem(key) else { return }
        let name = entry.map { "\(key).\($0)" } ?? key
        let place = self.rows.first { $0.key == name }?.origin ?? self.origins[key] ?? .builtIn
        self.problems.append(ConfigurationProblem(key: name, place: place, found: found, expected: expected))
    }

    /// Gives contradictions their place, and drops those about a setting that is wrong already.
    func problems(of contradictions: [Contradiction]) -> [ConfigurationProblem] {
        contradictions.compactMap { contradiction in
            let (keys, found, expected) = (contradiction.keys, contradiction.found, contradiction.expected)
            guard !keys.contains(where: self.hasProblem) else { return nil }
            let place = keys.first { self.origins[$0] != .builtIn }.flatMap { self.origins[$0] } ?? .builtIn
            return ConfigurationProblem(key: keys[0], place: place, found: found, expected: expected)
        }
    }

    /// Adds a mistake that is in the way only of those who need the API key.
    mutating func reportKey(_ key: String, _ place: SettingOrigin, found: String, expected: String) {
        self.keyProblems.append(ConfigurationProblem(key: key, place: place, found: found, expected: expected))
    }

    /// Adds a remark that does not keep the worker from starting.
    mutating func warn(_ key: String, at place: SettingOrigin? = nil, _ remark: String) {
        let place = place ?? self.origins[key] ?? .builtIn
        self.warnings.append(ConfigurationWarning(key: key, place: place, remark: remark))
    }
}

/// Settings that are right by themselves and wrong together.
struct Contradiction: Sendable {
    /// The keys involved; the problem names the first that is set.
    let keys: [String]
    let found: String
    let expected: String
}
