import CustomerContract
import JSON
import Topics

/// A command that failed, as a line of JSON that can be corrected and sent again.
///
/// ```json
/// {"failure":{"row":7,"code":"invalid_command","message":"email must be …"},"value":{"external_id":"acct_8412"}}
/// ```
///
/// What is to be corrected is in `value`: an object, or the row's own text where it is none. A line of an export stays
/// one, with its key and headers. `failure` is for people; reading the file passes over it.
enum FailureLine {
    /// The line, without its end.
    static func encoded(_ row: InputRow, _ problem: RowProblem) -> [UInt8] {
        var failure = JSONObject([
            .init(name: "row", value: .number(JSONNumber(row.place.number))),
            .init(name: "code", value: .string(problem.code)),
            .init(name: "message", value: .string(problem.message)),
        ])
        if let details = problem.details { failure["details"] = .object(details) }
        let about = JSONObject.Member(name: "failure", value: .object(failure))
        if let line = (try? RowContent(row))?.line {
            return JSONWriter.encode(JSONObject([about] + line.members.filter { $0.name != about.name }))
        }
        return JSONWriter.encode(JSONObject([about, Self.value(row)]))
    }

    /// What could not even be cut into a command stays a text, so that sending the file as it is fails again.
    private static func value(_ row: InputRow) -> JSONObject.Member {
        switch row.problem?.code {
        case nil, RowProblem.cellCode: ExportLine.body(row.text)
        case ErrorCode.payloadTooLarge.rawValue: ExportLine.text("value", Array(row.text.prefix(1_024)))
        default: ExportLine.text("value", row.text)
        }
    }
}
