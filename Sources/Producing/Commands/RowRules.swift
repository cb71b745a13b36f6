package import CustomerContract
import JSON
import Kafka
import Records
import Topics

/// Makes commands of rows, by the rules that the worker applies.
///
/// 1. A command's id follows from what it says. The same file sent twice has the same ids, and the worker answers the
///    second sending `replayed`; a row that was corrected is another command. Rows that say the same have the same id.
/// 2. The key is the external_id, so that commands of one customer keep their order.
/// 3. A line of an export, or of a file of failures, is the command inside it, with its headers; an id that its
///    producer chose stays, so that the producer finds its answer.
package struct RowRules: Sendable {
    private let reader: CommandReader
    private let validates: Bool

    /// - Parameter validates: whether a command that breaks a rule is refused; otherwise it is sent as it is.
    package init(_ reader: CommandReader, validates: Bool = true) {
        self.reader = reader
        self.validates = validates
    }

    /// How long a row may be: a command of the largest size in the longest spelling, with its headers.
    var maximumRowBytes: Int { 4 * self.reader.maximumBytes + 1 << 20 }

    /// The command, or why it is none.
    func command(_ row: InputRow) throws(RowProblem) -> RowCommand {
        if let problem = row.problem { throw problem }
        let content = try RowContent(row)
        let (key, value, headers) = (content.key, content.value, content.headers)
        let decoded = self.reader.read(KafkaRecord(position: Self.nowhere, key: key, value: value, headers: headers))
        if self.validates, case .refused(_, let failure) = decoded { throw RowProblem(failure) }
        let context = decoded.context
        var command = RowCommand(
            place: row.place,
            id: context.id == CommandID(Self.nowhere) ? content.id : context.id,
            key: context.externalID.map { Array($0.text.utf8) } ?? key,
            value: value,
            headers: headers
        )
        if case .command(let decoded) = decoded {
            command.subject = self.validates ? RowComparison.Subject(decoded) : nil
            command.unknownFields = decoded.unknownFields
        }
        return command
    }

    /// The command, or why it is none, compared with the rows before it.
    ///
    /// - Parameter comparison: remembers the row for those behind it.
    /// - Returns: whether a row before it says the same.
    func command(
        _ row: InputRow,
        comparedBy comparison: inout RowComparison
    ) throws(RowProblem) -> (command: RowCommand, isRepeated: Bool) {
        let command = try self.command(row)
        guard let subject = command.subject else { return (command, false) }
        switch comparison.compare(subject, number: row.place.number) {
        case .new: return (command, false)
        case .repeated: return (command, true)
        case .conflicting(let number):
            let message = "row \(number) has the same external_id and says something else; keep one of them"
            throw RowProblem(code: "conflicting_row", message: message)
        }
    }

    /// No place in a topic yet; a command that names no id would get it from there.
    private static let nowhere = RecordPosition(topic: "", partition: 0, offset: 0)
}

/// What a row has: a command's fields, or a line of an export with a command inside.
struct RowContent {
    let key: [UInt8]?
    let value: [UInt8]?
    /// The headers that the line names, less those of a dead letter.
    let headers: RecordHeaders
    /// The line of an export, to be written down again if the command fails.
    let line: JSONObject?
    /// The fields, if the value is an object.
    private let fields: JSONObject?

    init(_ row: InputRow) throws(RowProblem) {
        // What is no JSON at all is for the rules to say. A line of an export has its command one level deeper.
        let object = try? JSONParser.parseObject(row.text, maximumDepth: 128)
        guard let object, ExportLine.isOne(object) else {
            self.key = nil
            self.value = row.text
            self.headers = []
            self.line = nil
            self.fields = object
            return
        }
        do throws(ExportLine.Problem) {
            let line = try ExportLine(object)
            self.key = line.key
            self.value = line.value
            self.headers = line.commandHeaders
            self.line = object
            self.fields = line.value.flatMap { try? JSONParser.parseObject($0, maximumDepth: 128) }
        } catch {
            throw RowProblem(code: "invalid_line", message: error.description)
        }
    }

    var externalID: String? { self.fields?[KnownField.externalID.fieldName]?.stringValue }

    /// The id that follows from what the command says.
    var id: CommandID {
        let digest = self.fields.map { CommandDigest(Fingerprint(of: $0)) } ?? CommandDigest(hashing: self.value ?? [])
        return CommandID("row-\(digest.hexadecimal)")
    }
}
