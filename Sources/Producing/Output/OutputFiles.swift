import CustomerContract
import Glibc
import JSON
package import Topics

/// The files that a sending writes beside its outcome.
package struct OutputFiles {
    /// Commands that are wrong or failed, to be corrected and sent again.
    package private(set) var failures: NewFile?
    /// What became of each row.
    package private(set) var results: NewFile?
    private var form = ResultLine.Form.jsonl

    package init() {}

    /// Makes the file of failures.
    ///
    /// - Throws: ``LineFile/Failure`` when there is a file of that name: it may hold corrections.
    package mutating func openFailures(_ path: String) throws(LineFile.Failure) {
        self.failures = try NewFile(path)
    }

    /// Makes the file of what became of each row.
    package mutating func openResults(_ path: String, _ form: ResultLine.Form) throws(LineFile.Failure) {
        self.form = form
        self.results = try NewFile(path, header: form.header)
    }

    /// Writes down a command that failed.
    func add(_ row: InputRow, _ problem: RowProblem) throws(LineFile.Failure) {
        try self.failures?.add(FailureLine.encoded(row, problem))
    }

    /// Writes down what became of a row.
    func add(_ line: ResultLine) throws(LineFile.Failure) {
        try self.results?.add(line.encoded(self.form))
    }

    /// Writes down a row that is left out.
    func skip(_ row: InputRow, _ problem: RowProblem) throws(LineFile.Failure) {
        try self.add(row, problem)
        guard self.results != nil else { return }
        try self.add(ResultLine(row.place, (try? RowContent(row))?.externalID, status: .skipped, problem))
    }

    /// Puts what waits on the disk.
    func flush() throws(LineFile.Failure) {
        try self.failures?.flush()
        try self.results?.flush()
    }

    /// Ends them; a file of failures without failures is taken away.
    package func close() throws(LineFile.Failure) {
        try self.flush()
        if let failures, failures.count == 0 { failures.discard() }
    }

    /// Takes away the file of what became of each row: nothing is sent.
    package mutating func discardResults() {
        self.results?.discard()
        self.results = nil
    }

    /// Takes them away: nothing was sent, and the same command must be possible again.
    package func discard() {
        self.failures?.discard()
        self.results?.discard()
    }
}

/// A new file of lines that are flushed to the disk together.
package final class NewFile {
    private static let batchBytes = 1 << 16

    package private(set) var count = 0
    private let file: LineFile
    private var waiting: [[UInt8]]
    private var waitingBytes = 0

    /// Makes the file, which must not exist.
    fileprivate init(_ path: String, header: [UInt8]? = nil) throws(LineFile.Failure) {
        self.file = try LineFile(path: path, isNew: true)
        self.waiting = header.map { [$0] } ?? []
    }

    package var path: String { self.file.path }

    /// Adds a line, given without its end.
    fileprivate func add(_ line: [UInt8]) throws(LineFile.Failure) {
        self.waiting.append(line)
        self.waitingBytes += line.count
        self.count += 1
        if self.waitingBytes >= Self.batchBytes { try self.flush() }
    }

    fileprivate func flush() throws(LineFile.Failure) {
        try self.file.append(self.waiting)
        self.waiting = []
        self.waitingBytes = 0
    }

    fileprivate func discard() { unlink(self.path) }
}

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
        let failure = JSONObject(filled: [
            "row": .integer(row.place.number), "code": .string(problem.code), "message": .string(problem.message),
            "details": problem.details.map { .object($0) },
        ])
        let about = JSONObject.Member(name: "failure", value: .object(failure))
        let rest = (try? RowContent(row))?.line?.members.filter { $0.name != about.name } ?? [Self.value(row)]
        return JSONWriter.encode(JSONObject([about] + rest))
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
