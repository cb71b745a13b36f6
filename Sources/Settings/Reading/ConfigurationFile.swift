import Configuration
import Foundation
import Records
import Yams

/// The YAML file, as one more source of values for swift-configuration, that also knows lines and structure.
///
/// swift-configuration has a YAML provider of its own. It is not used here: it stops at the first structural mistake,
/// keeps no line numbers, flattens the dots of `kafka.properties` into its keys, and cannot list the keys that were not
/// asked for. Parsing the text a second time beside it would make two truths; this type parses once and answers both
/// the lookups (as a ``ConfigSnapshot``) and the questions about places.
struct ConfigurationFile: ConfigSnapshot {
    /// Far above any sensible file, far below what would strain the process.
    private static let largestFile = 1 << 20
    /// As given by the user; messages name it.
    let path: String
    /// The root, a map; empty for an empty file.
    let root: FileEntry?

    var providerName: String { "YAML file \(path)" }

    /// Reads and parses a file.
    ///
    /// - Returns: nil if the file is missing and `mayBeMissing`.
    /// - Throws: what is wrong with the file as a whole; mistakes in single settings are found later.
    static func load(path: String, mayBeMissing: Bool) throws(ConfigurationErrors) -> (Self, FileBytes)? {
        let file: FileBytes
        do throws(FileBytes.Failure) {
            file = try FileBytes(path: path, limit: Self.largestFile)
        } catch {
            if error == .missing, mayBeMissing { return nil }
            throw .file(path, line: nil, found: error.description, expected: "a readable configuration file")
        }
        return (try Self(path: path, yaml: file.bytes), file)
    }

    init(path: String, yaml bytes: [UInt8]) throws(ConfigurationErrors) {
        self.path = path
        guard let yaml = String(validating: bytes, as: UTF8.self) else {
            throw .file(path, line: nil, found: "bytes that are not UTF-8", expected: "a YAML file in UTF-8")
        }
        let node: Node?
        do {
            node = try Parser(yaml: yaml, encoding: .utf8).singleRoot()
        } catch {
            throw Self.explain(error, path: path)
        }
        self.root = node.map { FileEntry($0, line: nil) }
        switch self.root?.content {
        case nil, .map, .nothing: break
        case .text, .list:
            let found = self.root?.phrase ?? "nothing"
            throw .file(path, line: self.root?.line, found: found, expected: "a map of settings at the top of the file")
        }
    }

    /// What the parser refused.
    ///
    /// Its own message is not passed on whole: it quotes the line, which may hold a secret.
    private static func explain(_ error: any Error, path: String) -> ConfigurationErrors {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            let found = "a YAML syntax error at column \(mark.column) (\(problem))"
            return .file(path, line: mark.line, found: found, expected: "valid YAML")
        case YamlError.duplicatedKeysInMapping(let names, let context):
            let place = SettingOrigin.file(path: path, line: context.mark.line)
            let problems = names.map { name in
                ConfigurationProblem(key: name, place: place, found: "the same key twice", expected: "each key once")
            }
            return ConfigurationErrors(problems)
        case YamlError.reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.prefix($0).count { $0.isNewline } + 1 }
            return .file(path, line: line, found: "a character that YAML forbids (\(problem))", expected: "valid YAML")
        default:
            return .file(path, line: nil, found: "a text that is not YAML", expected: "valid YAML")
        }
    }

    /// The place of a key, or of an entry of the map that it holds.
    func origin(key: [String], entry: String?) -> SettingOrigin {
        let path = entry.map { key + [$0] } ?? key
        return .file(path: self.path, line: self.root?.entry(at: path)?.line ?? self.root?.entry(at: key)?.line)
    }

    /// Answers in the form that was asked for, or says what is there instead.
    ///
    /// - Throws: ``SettingMistakes``, without an expectation, which only the reader knows.
    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let name = key.components.joined(separator: ".")
        guard let entry = self.root?.entry(at: key.components) else {
            return LookupResult(encodedKey: name, value: nil)
        }
        let content: ConfigContent
        switch (type, entry.content) {
        case (_, .nothing): return LookupResult(encodedKey: name, value: nil)
        case (.string, .text(let text)): content = .string(text)
        case (.stringArray, .list(let entries)):
            let texts = entries.compactMap(\.text)
            guard texts.count == entries.count else {
                throw SettingMistakes(found: "a list with an entry that is not a single value", expected: "")
            }
            content = .stringArray(texts)
        case (.stringArray, .text(let text)):
            // The same comma-separated form that a variable has.
            let blank = CharacterSet(charactersIn: " ")
            content = .stringArray(text.components(separatedBy: ",").map { $0.trimmingCharacters(in: blank) })
        case (.bytes, .map(let entries)):
            // A map has no type in swift-configuration. Its JSON text is the form in which a variable writes it, so
            // every source hands over a map alike.
            content = .bytes(try Self.json(entries))
        case (.bytes, .text(let text)): content = .bytes(Array(text.utf8))
        default: throw SettingMistakes(found: entry.phrase, expected: "")
        }
        return LookupResult(encodedKey: name, value: ConfigValue(content, isSecret: true))
    }

    private static func json(_ entries: [(name: String, entry: FileEntry)]) throws -> [UInt8] {
        let mistakes = entries.compactMap { name, entry in
            entry.text == nil ? SettingMistake(entry: name, found: entry.phrase, expected: "a single value") : nil
        }
        guard mistakes.isEmpty else { throw SettingMistakes(mistakes) }
        let texts = entries.compactMap { name, entry in entry.text.map { (name, $0) } }
        return Array(try JSONEncoder().encode(Dictionary(texts) { _, last in last }))
    }
}

extension ConfigurationErrors {
    /// One problem of the file as a whole.
    fileprivate static func file(_ path: String, line: Int?, found: String, expected: String) -> Self {
        Self([ConfigurationProblem(key: nil, place: .file(path: path, line: line), found: found, expected: expected)])
    }
}
