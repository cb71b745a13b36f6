import JSON
import Records

/// The members of an event's object, read one by one as what they must be.
struct EventMembers {
    /// The members themselves.
    let object: JSONObject
    private let path: String

    init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
    }

    /// Whether there is such a member, be it null.
    func has(_ name: String) -> Bool { object[name] != nil }

    /// A member that is an object.
    func object(_ name: String) throws(UnreadableEvent) -> EventMembers {
        guard case .object(let inner) = object[name] else { throw unexpected(name, "must be an object") }
        return EventMembers(inner, path: place(name))
    }

    /// A member that is a string.
    func string(_ name: String) throws(UnreadableEvent) -> String {
        guard case .string(let text) = object[name] else { throw unexpected(name, "must be a string") }
        return text
    }

    /// A member that is an array of strings; none when it is not there.
    func strings(_ name: String) throws(UnreadableEvent) -> [String] {
        guard let value = object[name] else { return [] }
        guard case .array(let elements) = value else { throw unexpected(name, "must be an array of strings") }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw unexpected(name, "must be an array of strings") }
            texts.append(text)
        }
        return texts
    }

    /// A member that is true or false.
    func bool(_ name: String) throws(UnreadableEvent) -> Bool {
        guard case .bool(let value) = object[name] else { throw unexpected(name, "must be true or false") }
        return value
    }

    /// A member that is a whole number, spelt as one.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(UnreadableEvent) -> Int {
        guard case .number(let number) = object[name], let value = number.integerValue, range.contains(value) else {
            throw unexpected(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A member that is one of the words of a closed list.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _ type: Word.Type
    ) throws(UnreadableEvent) -> Word {
        guard case .string(let text) = object[name], let word = EventText.word(text, type) else {
            throw unexpected(name, "must be one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    /// A member that is a point in time.
    func instant(_ name: String) throws(UnreadableEvent) -> UnixMilliseconds {
        guard let instant = EventText.instant(try string(name)) else {
            throw unexpected(name, EventText.instantExpectation)
        }
        return instant
    }

    /// A member that is a command's id.
    func commandID(_ name: String) throws(UnreadableEvent) -> CommandID {
        guard let id = EventText.commandID(try string(name)) else {
            throw unexpected(name, EventText.commandIDExpectation)
        }
        return id
    }

    /// A member that is the name of a topic.
    func topic(_ name: String) throws(UnreadableEvent) -> String {
        let text = try string(name)
        guard ReplyTopicAllowList.isTopicName(text) else { throw unexpected(name, "must be the name of a topic") }
        return text
    }

    /// Refuses a member that is not allowed here.
    func refuse(_ name: String) throws(UnreadableEvent) {
        if has(name) { throw unexpected(name, "must not stand in a result of this status") }
    }

    /// A member that is not there.
    func missing(_ name: String) -> UnreadableEvent { unexpected(name, "is missing") }

    /// A member that is something else.
    func unexpected(_ name: String, _ expectation: String) -> UnreadableEvent {
        UnreadableEvent(place(name), has(name) ? expectation : "is missing")
    }

    private func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// Texts that several events have, in members and in headers alike.
enum EventText {
    static let instantExpectation = "must be a time such as 2026-11-22T10:00:00.042Z"
    static let commandIDExpectation = "must have 1 to 280 characters and no control characters"

    /// A time in exactly the form that is written: UTC with three decimals.
    static func instant(_ text: String) -> UnixMilliseconds? {
        guard let instant = UnixMilliseconds(parsing: text), instant.description.hasSameBytes(as: text) else {
            return nil
        }
        return instant
    }

    /// A command's id: what a producer may choose, or a record's position, which has up to 280 characters.
    static func commandID(_ text: String) -> CommandID? {
        guard !text.isEmpty, !text.hasMoreCodePoints(than: 280),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
        else { return nil }
        return CommandID(text)
    }

    /// A word of a closed list, compared byte for byte.
    static func word<Word: RawRepresentable<String> & CaseIterable>(_ text: String, _ type: Word.Type) -> Word? {
        Word.allCases.first { $0.rawValue.hasSameBytes(as: text) }
    }
}

/// Why a record is not the event that it was taken for: which member or header, and what is expected there.
///
/// It never repeats a value.
public struct UnreadableEvent: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member or header, such as `error.code` or `dlq-error-code`; empty for the value as a whole.
    public let place: String
    /// What is expected, as the end of a sentence: «must be …».
    public let expectation: String

    init(_ place: String, _ expectation: String) {
        self.place = place
        self.expectation = expectation
    }

    /// The whole sentence.
    public var description: String {
        "\(place.isEmpty ? "the value" : place) \(expectation); the topic may hold records of somebody else, "
            + "or of a newer version"
    }
}
