import CustomerContract
package import JSON
import Topics

/// Where a command begins in its file, in 16 bytes: a place is kept for each command that has no result yet.
package struct RowPlace: Sendable, Hashable, CustomStringConvertible {
    private let lineNumber: UInt32
    /// 0 for none.
    private let elementNumber: UInt32
    /// The byte that it begins with, from 0.
    let offset: Int64

    init(line: Int, element: Int? = nil, offset: Int64) {
        self.lineNumber = UInt32(clamping: line)
        self.elementNumber = UInt32(clamping: element ?? 0)
        self.offset = offset
    }

    /// The line that it begins in, from 1.
    package var line: Int { Int(self.lineNumber) }

    /// Which element of a JSON array it is, from 1.
    var element: Int? { self.elementNumber == 0 ? nil : Int(self.elementNumber) }

    /// By what `--from-line` counts: the line, or the element of an array, of which a line may have several.
    package var number: Int { self.element ?? self.line }

    /// The line, and in an array the element.
    package var description: String { "\(self.line)" + (self.element.map { " (element \($0))" } ?? "") }
}

/// One command as a file has it, before any rule was applied to it.
struct InputRow: Sendable, Hashable {
    let place: RowPlace
    /// The JSON text of its fields; where there is a problem, as much as can be told of it.
    let text: [UInt8]
    /// Why it is no command, whatever the rules say.
    let problem: RowProblem?

    init(_ place: RowPlace, _ text: [UInt8], _ problem: RowProblem? = nil) {
        self.place = place
        self.text = text
        self.problem = problem
    }
}

/// Why a row is not sent, or did not lead to a customer: in words and for programs.
package struct RowProblem: Error, Sendable, Hashable {
    /// The code of a failure (contract, section 3), or one of our own: `invalid_csv`, `invalid_cell`, `invalid_line`,
    /// `conflicting_row`, `not_sent`.
    package let code: String
    /// The reason, without the place; it never repeats a value.
    package let message: String
    /// One sentence a field, if there are several.
    package var details: JSONObject?

    /// The code of a row in which a cell is not what its column wants, although the row is well formed.
    static let cellCode = "invalid_cell"

    /// A record that the broker will not have.
    static func notSent(_ message: String) -> Self { Self(code: "not_sent", message: message) }

    /// A row that is not read to its end.
    static func tooLarge(maximumBytes: Int) -> Self {
        Self(
            code: ErrorCode.payloadTooLarge.rawValue,
            message: "has more than \(maximumBytes) bytes; see limits.max_command_bytes"
        )
    }
}

extension RowProblem {
    /// What a result says of a command that failed; `nil` for one that succeeded.
    init?(_ event: ResultEvent) {
        guard !event.isCreated else { return nil }
        self.init(code: event.code, message: event.message ?? "", details: event.details)
    }

    /// What the rules say.
    init(_ failure: CommandFailure) {
        self.init(code: failure.code.rawValue, message: failure.message, details: failure.details)
    }
}
