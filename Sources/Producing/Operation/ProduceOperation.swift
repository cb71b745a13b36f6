package import Kafka
import Topics

/// Everything that is said about a sending.
package struct ProduceRequest: Sendable {
    let commandTopic: String
    let resultTopic: String
    let rules: RowRules
    /// The row to begin with: everything before it is passed over.
    package var firstRow = 1
    /// Commands a second; `nil` for no bound.
    package var rate: Double?
    package var awaitsResults = false
    /// The worker's consumer group, to tell when no worker is running; `nil` for no such look.
    package var group: String?
    /// How long no result may come before it is given up.
    package var patience = Duration.seconds(1_200)

    package init(commandTopic: String, resultTopic: String, rules: RowRules) {
        self.commandTopic = commandTopic
        self.resultTopic = resultTopic
        self.rules = rules
    }
}

/// Sends the commands of a file: checks all of them, sends them, and follows their results if that is asked.
///
/// ```swift
/// let operation = ProduceOperation(request, file, .csv, client)
/// let survey = try operation.survey(into: OutputFiles()) { print($0, $1) }  // nothing is sent
/// let outcome = try await operation.send(survey, into: OutputFiles()) { show($0) }
/// ```
///
/// 1. Memory does not grow with the file but by ``RowComparison``: it is read once to check it and once more to send
///    it, a batch at a time. While results are awaited, some 50 bytes are kept for each command that has none yet.
/// 2. A command counts as sent when the brokers have acknowledged it. The row to continue with is known at every
///    moment.
/// 3. The place in the results topic is taken before the first command is sent, so no result is missed, whatever
///    becomes of the worker meanwhile. Results of an earlier sending of the same rows are not taken for this one's.
package struct ProduceOperation: Sendable {
    let request: ProduceRequest
    private let file: InputFile
    private let format: InputFormat
    let client: ClientProperties

    /// Prepares; nothing connects yet.
    package init(_ request: ProduceRequest, _ file: InputFile, _ format: InputFormat, _ client: ClientProperties) {
        self.request = request
        self.file = file
        self.format = format
        self.client = client
    }

    /// The worker's consumer group; empty when it is not known.
    package var group: String { self.request.group ?? "" }

    /// How often progress is reported while rows are checked.
    private static let rowsBetweenNews = 1_000

    /// Reads the whole file and reports each row that cannot be sent; nothing is sent.
    ///
    /// - Throws: ``InputFailure`` when it cannot be cut into rows, `CancellationError`, ``LineFile/Failure``.
    package func survey(
        into files: OutputFiles,
        show: (ProduceProgress) -> Void = { _ in },
        report: (RowPlace, RowProblem) -> Void
    ) throws -> InputSurvey {
        let start = ContinuousClock.now
        var survey = InputSurvey()
        var comparison = RowComparison()
        var rows = try self.rows()
        while let row = try rows.next() {
            guard row.place.number >= self.request.firstRow else { continue }
            survey.rowCount += 1
            do throws(RowProblem) {
                let (command, isRepeated) = try self.request.rules.command(row, comparedBy: &comparison)
                if isRepeated { survey.repeatedCount += 1 }
                survey.unknownFields.take(command.unknownFields, row: row.place.number)
            } catch {
                survey.badCount += 1
                report(row.place, error)
                try files.skip(row, error)
            }
            guard survey.rowCount.isMultiple(of: Self.rowsBetweenNews) else { continue }
            try Task.checkCancellation()
            let pace = Pace(survey.rowCount, of: nil, in: .now - start)
            show(ProduceProgress(phase: .checking, pace: pace, failed: survey.badCount))
        }
        survey.uncomparedCount = comparison.uncomparedCount
        return survey
    }

    func rows() throws(InputFailure) -> CommandRows {
        try CommandRows(self.file, self.format, maximumBytes: self.request.rules.maximumRowBytes)
    }
}
