import JSON
import Records

/// Collects what is wrong with the fields of a command, one sentence for each field.
///
/// At most `maximumListed` are kept and the rest is counted, so that a command full of mistakes cannot make a result
/// larger than a topic takes.
struct FieldProblems {
    private struct Problem {
        let field: String
        let sentence: String
    }

    private var listed: [Problem] = []
    private var unlistedCount = 0

    static let maximumListed = 64
    /// The longest field name that is repeated, in bytes: names below `metadata` are the producer's own.
    static let maximumNameBytes = 128

    /// The longest message, in bytes; the details have every sentence.
    static let maximumMessageBytes = 1_000

    var isEmpty: Bool { listed.isEmpty }

    /// Adds a sentence, which continues after the field's name: «must be …», «is required …».
    ///
    /// The first sentence about a field stays; both arguments are only made when they are needed.
    mutating func add(_ field: @autoclosure () -> String, _ sentence: @autoclosure () -> String) {
        guard listed.count < Self.maximumListed else {
            unlistedCount += 1
            return
        }
        let name = Self.printable(field())
        guard !listed.contains(where: { $0.field.hasSameBytes(as: name) }) else { return }
        listed.append(Problem(field: name, sentence: sentence()))
    }

    /// The failure that these problems amount to.
    func failure() -> CommandFailure {
        var details = JSONObject(listed.map { JSONObject.Member(name: $0.field, value: .string($0.sentence)) })
        if unlistedCount > 0 {
            details["(more)"] = .string("and \(unlistedCount) more that are not listed")
        }
        return CommandFailure(code: .invalidCommand, message: message(), httpStatus: 400, details: details)
    }

    /// A field's name in the form for messages: bounded, and with control characters replaced, since a NUL would
    /// trouble a consumer that saves the result.
    private static func printable(_ name: String) -> String {
        let cut = name.cut(toBytes: maximumNameBytes)
        guard cut.unicodeScalars.contains(where: isControl) else { return cut }
        var scalars = String.UnicodeScalarView()
        for scalar in cut.unicodeScalars { scalars.append(isControl(scalar) ? "\u{fffd}" : scalar) }
        return String(scalars)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    }

    private func message() -> String {
        guard listed.count > 1 else { return listed.first.map { "\($0.field) \($0.sentence)" } ?? "" }
        let numbered = listed.enumerated().map { "(\($0 + 1)) \($1.field) \($1.sentence)" }
        let all = "\(listed.count + unlistedCount) fields break a rule: " + numbered.joined(separator: "; ")
        let cut = all.cut(toBytes: Self.maximumMessageBytes)
        return cut.utf8.count == all.utf8.count ? all : cut + "…"
    }
}
