import CustomerContract
import JSON
import Topics

/// What became of one row, as a line of a file that spreadsheets and scripts read.
struct ResultLine: Sendable, Hashable {
    /// What became of it.
    enum Status: String, Sendable {
        /// The customer exists.
        case created
        /// The worker answered with an error.
        case failed
        /// The row is wrong and was left out.
        case skipped
        /// The brokers refused the command.
        case notSent = "not_sent"
        /// It was sent, and its result has not come.
        case noResult = "no_result"
    }

    /// The names of the columns, and of the members.
    static let columns = ["line", "external_id", "status", "outcome", "customer_id", "message"]

    private let number: Int
    private let externalID: String?
    private let status: Status
    private let outcome: String?
    private let customerID: String?
    private let message: String?

    /// A row with its result.
    init(_ place: RowPlace, _ event: ResultEvent) {
        self.number = place.number
        self.externalID = event.externalID?.text
        self.status = event.isCreated ? .created : .failed
        self.outcome = event.code
        self.customerID = event.customerID
        self.message = event.message
    }

    /// A row without a result.
    init(_ place: RowPlace, _ externalID: String?, status: Status, _ problem: RowProblem?) {
        self.number = place.number
        self.externalID = externalID
        self.status = status
        self.outcome = problem?.code
        self.customerID = nil
        self.message = problem?.message
    }

    private var texts: [String?] {
        [self.externalID, self.status.rawValue, self.outcome, self.customerID, self.message]
    }

    /// A row of CSV (RFC 4180), without its end; what is absent is an empty cell.
    var csv: [UInt8] {
        Array((["\(self.number)"] + self.texts.map { Self.cell($0 ?? "") }).joined(separator: ",").utf8)
    }

    /// A JSON object; what is absent is `null`.
    var json: [UInt8] {
        let values = [JSONValue.number(JSONNumber(self.number))] + self.texts.map { $0.map { .string($0) } ?? .null }
        return JSONWriter.encode(
            .object(JSONObject(zip(Self.columns, values).map { JSONObject.Member(name: $0, value: $1) }))
        )
    }

    private static func cell(_ text: String) -> String {
        // By scalars: CR LF is one character.
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
