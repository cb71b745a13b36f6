import CustomerContract
import JSON
import Topics

/// What became of one row, as a line of a file that spreadsheets and scripts read.
package struct ResultLine: Sendable, Hashable {
    package enum Form: String, Sendable, CaseIterable {
        /// CSV as spreadsheets read it: UTF-8 with a byte order mark, CR LF, a header.
        case csv
        /// A JSON object a line.
        case jsonl

        /// The form by the ending of a file's name; `nil` for another ending.
        package init?(ofName name: String) {
            let name = name.lowercased()
            if name.hasSuffix(".csv") {
                self = .csv
            } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
                self = .jsonl
            } else {
                return nil
            }
        }

        /// The first line, without its LF.
        var header: [UInt8]? {
            self == .csv ? Array("\u{FEFF}\(ResultLine.columns.joined(separator: ","))\r".utf8) : nil
        }
    }

    enum Status: String, Sendable {
        case created
        case failed
        /// The row is wrong and was left out.
        case skipped
        /// The brokers refused the command.
        case notSent = "not_sent"
        /// It was sent, and its result has not come.
        case noResult = "no_result"
    }

    /// The names of the columns, and of the members.
    private static let columns = ["line", "external_id", "status", "outcome", "customer_id", "message"]

    private let number: Int
    /// The columns behind the number.
    private let texts: [String?]

    init(_ place: RowPlace, _ event: ResultEvent) {
        self.number = place.number
        let status = event.isCreated ? Status.created : .failed
        self.texts = [event.externalID?.text, status.rawValue, event.code, event.customerID, event.message]
    }

    init(_ place: RowPlace, _ externalID: String?, status: Status, _ problem: RowProblem?) {
        self.number = place.number
        self.texts = [externalID, status.rawValue, problem?.code, nil, problem?.message]
    }

    /// The line without its LF: what is absent is an empty cell in CSV (RFC 4180), and `null` in JSON.
    func encoded(_ form: Form) -> [UInt8] {
        switch form {
        case .csv:
            let cells = ["\(self.number)"] + self.texts.map { Self.cell($0 ?? "") }
            return Array((cells.joined(separator: ",") + "\r").utf8)
        case .jsonl:
            let texts = self.texts.map { $0.map { JSONValue.string($0) } ?? .null }
            let values = [JSONValue.number(JSONNumber(self.number))] + texts
            return JSONWriter.encode(JSONObject(zip(Self.columns, values).map { .init(name: $0, value: $1) }))
        }
    }

    private static func cell(_ text: String) -> String {
        // By scalars: CR LF is one character.
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
