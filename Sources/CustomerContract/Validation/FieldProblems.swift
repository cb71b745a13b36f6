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

    /// Adds a sentence, which goes on after the field's name: «must be …», «is required …».
    ///
    /// The first sentence about a field stays; both arguments are only made when they are needed.
    mutating func add(_ field: @autoclosure () -> String, _ sentence: @autoclosure () -> String) {
        guard listed.count < Self.maximumListed else {
            unlistedCount += 1
            return
        }
        let full = field()
        let name = full.cut(toBytes: Self.maximumNameBytes)
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

    private func message() -> String {
        let sentences = listed.map { "\($0.field) \($0.sentence)" }
        guard sentences.count > 1 else { return sentences.first ?? "" }
        let all = "\(listed.count + unlistedCount) fields break a rule: " + sentences.joined(separator: "; ")
        let cut = all.cut(toBytes: Self.maximumMessageBytes)
        return cut.utf8.count == all.utf8.count ? all : cut + "…"
    }
}
