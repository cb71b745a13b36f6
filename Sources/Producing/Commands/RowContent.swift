import CustomerContract
import JSON
import Records
import Topics

/// What stands in a row: a command's fields, or a line of an export with a command inside.
struct RowContent {
    /// The key that the line names.
    let key: [UInt8]?
    /// The value.
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
            throw .line(error.description)
        }
    }

    /// The id that follows from what the command says.
    var id: CommandID {
        let digest = self.fields.map { CommandDigest(of: $0) } ?? CommandDigest(hashing: self.value ?? [])
        return CommandID("row-\(digest.hexadecimal)")
    }
}
