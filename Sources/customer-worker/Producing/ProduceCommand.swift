import ArgumentParser
import CustomerContract
import Foundation
import Kafka
import Operations
import Producing
import Redrive
import Settings
import Topics

/// `produce`: sends the commands of a file.
struct ProduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "produce",
        abstract: "Send create commands from a file: JSON Lines, a JSON array or CSV.",
        discussion: """
            Everything is checked by the worker's own rules before anything is sent. Sending a file twice is harmless: \
            the second time every command is answered «replayed». Exit codes: 0 all sent, and with --wait all created; \
            1 some failed, were refused or have no result; 65 a row is wrong and nothing was sent; \
            69 the brokers are gone, with the row to go on with; 130 cancelled, likewise.
            """
    )

    @OptionGroup var options: SettingsOptions

    @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "jsonl, json or csv; told by the file's name or first character without it.",
            valueName: "format"
        )
    )
    var format: InputFormat?

    @Flag(help: "Follow the results, and end with a table of outcomes.")
    var wait = false

    @Option(help: ArgumentHelp("Give up waiting when no result has come for so long.", valueName: "duration"))
    var timeout = "20m"

    @Flag(name: .customLong("no-validate"), help: "Send commands as they are, whatever the rules say.")
    var noValidate = false

    @Flag(help: "Leave out rows that are wrong, and send the others.")
    var skipInvalid = false

    @Option(
        help: ArgumentHelp(
            "Write what is wrong or failed to this new file, to be mended and sent again; "
                + "beside the input with --wait.",
            valueName: "file"
        )
    )
    var failures: String?

    @Option(help: ArgumentHelp("Begin with this line; of a JSON array with this element.", valueName: "n"))
    var fromLine = 1

    @Option(help: ArgumentHelp("Commands a second; 0 for no bound.", valueName: "n"))
    var rate = 0.0

    @Flag(help: "Check the file, and send nothing.")
    var dryRun = false

    @Flag(help: "Print the outcome as JSON.")
    var json = false

    func validate() throws {
        guard self.rate >= 0, self.rate <= 1_000_000 else { throw ValidationError("--rate: expected 0 to 1000000") }
        guard self.fromLine >= 1 else { throw ValidationError("--from-line \(self.fromLine): expected 1 or more") }
        if DurationText.parse(self.timeout) == nil {
            throw ValidationError("--timeout \(self.timeout): expected a duration such as 90s or 20m")
        }
    }

    func run() async throws {
        let settings = try ClusterSettings(self.options)
        // Before signals are taken over: a terminal or a pipe is read to its end here, and Ctrl-C must end that.
        let input = try InputFile(path: self.file)
        let operation = ProduceOperation(
            self.request(settings.settings),
            input,
            try self.format ?? InputFormat(of: input),
            settings.client
        )
        let display = ProgressDisplay(isDrawn: Terminal.canDraw)
        let status = try await cancelledBySignals { try await self.run(operation, input.name, display) }
        if status != .success { throw status }
    }

    private func run(
        _ operation: ProduceOperation<ContinuousClock>,
        _ name: String,
        _ display: ProgressDisplay
    ) async throws -> ExitCode {
        var failures = try self.failures.map { path throws(LineFile.Failure) in try FailuresFile(path: path) }
        if failures == nil, self.wait, self.skipInvalid, !self.dryRun { failures = try self.openFailures() }
        let survey = try self.check(operation, failures, name, display)
        let hasToStop = self.dryRun || survey.badCount > 0 && !self.skipInvalid
        if !hasToStop, failures == nil, self.wait { failures = try self.openFailures() }
        var outcome: ProduceOutcome?
        if !hasToStop {
            do {
                outcome = try await operation.send(survey, failures: failures) { display.show($0.news) }
                display.finish()
            } catch let error where error is KafkaError || error is TopicSnapshot.Missing {
                // Nothing was sent, so the same command must be possible again.
                failures?.discard()
                throw error
            }
        }
        try failures?.close()
        let view = ProduceView(
            name: name,
            survey: survey,
            outcome: outcome,
            failures: failures.map { ($0.path, $0.count) },
            awaitsResults: self.wait,
            isDryRun: self.dryRun
        )
        print(self.json ? view.json : view.text, terminator: "")
        return view.exit
    }

    /// Checks the whole file, and names each row that is wrong.
    private func check(
        _ operation: ProduceOperation<ContinuousClock>,
        _ failures: FailuresFile?,
        _ name: String,
        _ display: ProgressDisplay
    ) throws -> InputSurvey {
        defer { display.clear() }
        do {
            return try operation.survey(
                failures: failures,
                show: { display.show($0.news) },
                report: { display.write("\(name):\($0.place): \($0.problem.code): \($0.problem.message)") }
            )
        } catch {
            failures?.discard()
            throw error
        }
    }

    private func openFailures() throws(LineFile.Failure) -> FailuresFile {
        try FailuresFile(path: FailuresPath.free(beside: self.file))
    }

    private func request(_ settings: Settings) -> ProduceRequest {
        let reader = CommandReader(maximumBytes: settings.limits.maxCommandBytes.bytes, mode: settings.validation)
        var request = ProduceRequest(
            commandTopic: settings.kafka.topic,
            resultTopic: settings.kafka.resultsTopic,
            rules: RowRules(reader, validates: !self.noValidate)
        )
        request.firstRow = self.fromLine
        request.rate = self.rate == 0 ? nil : self.rate
        request.awaitsResults = self.wait
        request.patience = DurationText.parse(self.timeout) ?? request.patience
        return request
    }
}

extension InputFormat: ExpressibleByArgument {}

/// Where failures are written without an option: beside the file, under a name that is not taken.
enum FailuresPath {
    /// `customers.failures.jsonl` for `customers.csv`, or `customers.failures-2.jsonl` if there is one.
    static func free(beside input: String) -> String {
        let base = input == "-" ? "produce" : (input as NSString).deletingPathExtension
        let names = (1...).lazy.map { number in base + ".failures" + (number == 1 ? "" : "-\(number)") + ".jsonl" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? base + ".failures.jsonl"
    }
}
