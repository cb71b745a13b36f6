import CustomerContract
import JSON

/// Reads the body of an answer as one JSON object, and does not lose a customer to what is odd around it.
///
/// A strict reader comes first. What it refuses is tried once more without a byte order mark, with U+FFFD in place of
/// bytes that are not UTF-8, and with null in place of what nests deeper than a result may.
enum AnswerText {
    /// How deep an answer may nest; a result has it one level deeper, and its readers take 128.
    static let maximumDepth = 64

    /// The object; `nil` for anything else.
    static func object(_ body: [UInt8]) -> JSONObject? {
        guard !body.isEmpty else { return nil }
        do throws(JSONSyntaxError) {
            return try JSONParser.parseObject(body, maximumDepth: Self.maximumDepth)
        } catch {
            return try? JSONParser.parseObject(Self.repaired(body), maximumDepth: Self.maximumDepth)
        }
    }

    private static func repaired(_ body: [UInt8]) -> [UInt8] {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = body.starts(with: byteOrderMark) ? body[byteOrderMark.count...] : body[...]
        return Self.shallow(Array(String(decoding: text, as: UTF8.self).utf8))
    }

    /// The text with null for every array and object beyond the depth; of text that is no JSON something that is none
    /// either.
    private static func shallow(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in text {
            let isDeep = depth > Self.maximumDepth
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                if !isDeep { result.append(byte) }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                isInString = true
                if !isDeep { result.append(byte) }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth <= Self.maximumDepth { result.append(byte) }
                if depth == Self.maximumDepth + 1 { result += "null".utf8 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if !isDeep { result.append(byte) }
                depth -= 1
            default:
                if !isDeep { result.append(byte) }
            }
        }
        return result
    }
}
