import Foundation

@testable import JSON
@testable import Records

/// JSON as such: the input is the text.
///
/// 1. It is read just when Foundation reads it, but for the differences below; strings and lists are the same then.
/// 2. What is written reads back the same, and is written the same again.
/// 3. The bound of depth lets a text pass just when it is no deeper.
/// 4. A value is read in the same way with something behind it.
/// 5. An error's place is in the text.
enum JSONTarget {
    static func run(_ text: [UInt8]) {
        let reading: JSONParser.Reading
        do {
            reading = try JSONParser.read(text, maximumDepth: 512)
        } catch {
            check((0...text.count).contains(error.byteOffset), "the place of \(error) is in the text")
            check(
                Self.isStricterThanFoundation(error, text) || Self.foundation(text) == nil,
                "Foundation refuses what is refused here: \(error)"
            )
            return
        }
        let value = reading.value
        check(Self.containsNUL(value) == reading.containsNUL, "U+0000 is noticed")
        let depth = Self.depth(value)
        if let theirs = Self.foundation(text) {
            check(Self.agrees(value, theirs), "Foundation reads the same value")
        } else {
            check(depth >= 512 || Self.hasHugeNumber(value), "Foundation reads what is read here")
        }

        let written = JSONWriter.encode(value)
        let reread = try? JSONParser.parse(written, maximumDepth: 512)
        check(reread == value, "what is written reads back")
        check(reread.map { JSONWriter.encode($0) } == written, "it is written the same again")
        check(reread?.hashValue == value.hashValue, "equal values have one hash")
        if case .object(let object) = value {
            check((try? JSONParser.parseObject(text, maximumDepth: 512)) == object, "an object is read as one")
            check(Set(object.repeatedNames.map(ExactText.init)).count == object.repeatedNames.count, "listed once")
        }
        if case .number(let number) = value {
            check(JSONNumber(spelling: number.spelling) == number, "a number is one by its spelling")
        }

        if depth > 1 {
            check((try? JSONParser.parse(text, maximumDepth: depth)) == value, "the bound lets its own depth pass")
            check((try? JSONParser.parse(text, maximumDepth: depth - 1)) == nil, "the bound lets nothing deeper pass")
        }
        let longer = try? JSONParser.read(text + Array(" ]".utf8), allowsTrailingBytes: true)
        check(depth > 64 || longer?.value == value, "what stands behind a value changes nothing")
    }

    // MARK: Foundation

    private static func foundation(_ text: [UInt8]) -> Any? {
        try? JSONSerialization.jsonObject(with: Data(text), options: [.fragmentsAllowed])
    }

    /// What Foundation lets pass, and this reader on purpose does not.
    private static func isStricterThanFoundation(_ error: JSONSyntaxError, _ text: [UInt8]) -> Bool {
        // It takes a mark as the encoding's sign, and guesses UTF-16 and UTF-32 by their zeros.
        let marks: [[UInt8]] = [[0xFE, 0xFF], [0xFF, 0xFE]]
        if text.prefix(4).contains(0) || marks.contains(where: { text.starts(with: $0) }) { return true }
        switch error.reason {
        case .byteOrderMark: return true
        // A comma may be followed by the closing bracket.
        case .expectedValue, .expectedName:
            return text[..<error.byteOffset].last { ![0x20, 0x0A, 0x0D, 0x09].contains($0) } == UInt8(ascii: ",")
        default: return false
        }
    }

    /// Foundation makes binary numbers, and refuses those that are too large.
    private static func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): !(Double(number.spelling)?.isFinite ?? false)
        case .array(let elements): elements.contains(where: Self.hasHugeNumber)
        case .object(let object): object.members.contains { Self.hasHugeNumber($0.value) }
        case .null, .bool, .string: false
        }
    }

    private static func agrees(_ value: JSONValue, _ theirs: Any) -> Bool {
        switch value {
        case .null: return theirs is NSNull
        case .bool(let value): return (theirs as? NSNumber)?.boolValue == value
        case .number: return theirs is NSNumber
        case .string(let text):
            // It takes U+FEFF in front of a string, or behind an escape, for a byte order mark, and drops it.
            guard let theirs = theirs as? String else { return false }
            return Self.withoutMarks(theirs).hasSameBytes(as: Self.withoutMarks(text))
        case .array(let elements):
            guard let theirs = theirs as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { Self.agrees($0, $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any] else { return false }
            // Which of two members of one name it keeps is its own affair; names are the same there if they look so.
            let names = Dictionary(theirs.map { (Self.withoutMarks($0), $1) }, uniquingKeysWith: { first, _ in first })
            guard Set(object.members.map { Self.withoutMarks($0.name) }).count == object.members.count else {
                return true
            }
            return object.members.allSatisfy { member in
                names[Self.withoutMarks(member.name)].map { Self.agrees(member.value, $0) } ?? false
            }
        }
    }

    private static func withoutMarks(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{feff}" }))
    }

    // MARK: What a value is

    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map(Self.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.map { Self.depth($0.value) }.max() ?? 0)
        case .null, .bool, .number, .string: 0
        }
    }

    private static func containsNUL(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.utf8.contains(0)
        case .array(let elements): elements.contains(where: Self.containsNUL)
        case .object(let object):
            object.members.contains { $0.name.utf8.contains(0) || Self.containsNUL($0.value) }
        case .null, .bool, .number: false
        }
    }
}
