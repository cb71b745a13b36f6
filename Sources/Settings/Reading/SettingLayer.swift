import Configuration
import Foundation

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

/// One source of values: the command line, the environment or the file.
///
/// A layer is a snapshot of a swift-configuration provider plus the one thing that a provider does not tell: the place
/// of a value, in a user's terms. `ConfigReader` is not put on top: it answers with the first provider's value and
/// drops the rest, while here every written value is checked, also one that another layer overrides, and each mistake
/// keeps its place.
struct SettingLayer: Sendable {
    let snapshot: any ConfigSnapshot
    /// Whether other users of the machine can read this source (`/proc/PID/cmdline`), so that secrets are refused.
    var isPublic = false
    /// The place of a key, or of an entry of its map.
    let origin: @Sendable (_ key: [String], _ entry: String?) -> SettingOrigin

    /// What this layer holds for a key, in the form that its kind needs; nil if it holds nothing.
    func raw<Value>(_ key: [String], as kind: ValueKind<Value>) throws(SettingMistakes) -> RawValue? {
        let content: ConfigContent?
        do {
            content = try self.snapshot.value(forKey: AbsoluteConfigKey(key), type: kind.shape).value?.content
        } catch var error as SettingMistakes {
            // The source knows what it found, the kind knows what would be right.
            for index in error.mistakes.indices where error.mistakes[index].expected.isEmpty {
                error.mistakes[index].expected = kind.expected
            }
            throw error
        } catch {
            throw SettingMistakes(found: "a value of another form", expected: kind.expected)
        }
        switch content {
        case nil: return nil
        case .string(let text): return .text(text)
        case .stringArray(let texts): return .list(texts == [""] ? [] : texts)
        case .bytes(let json): return .map(try Self.map(json, expected: kind.expected))
        default: throw SettingMistakes(found: "a value of another form", expected: kind.expected)
        }
    }

    private static func map(_ json: [UInt8], expected: String) throws(SettingMistakes) -> [String: String] {
        do {
            return try JSONDecoder().decode([String: JSONScalar].self, from: Data(json)).mapValues(\.text)
        } catch {
            throw SettingMistakes(found: "a text that is not a JSON object of single values", expected: expected)
        }
    }
}

/// A value of a JSON object that librdkafka would take as text.
private struct JSONScalar: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self.text = "\(value)"
        } else if let value = try? container.decode(Int64.self) {
            self.text = "\(value)"
        } else if let value = try? container.decode(Double.self) {
            self.text = "\(value)"
        } else {
            self.text = try container.decode(String.self)
        }
    }
}
