import ArgumentParser
import CommandWorker
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
            Everything is checked by the worker's own rules before anything is sent: each row, and that no two rows \
            have one external_id and different payloads (among the first million external_ids). Fields of \
            JSON that are not known are named and sent; a column of a CSV that is not known is refused. Sending a \
            file twice is harmless: the second time every command is answered «replayed». \
            Exit codes: 0 all sent, and with --wait all created; 1 some failed, were refused or have no result; \
            4 the same as 0, but rows were left out (--skip-invalid); 65 a row is wrong and nothing was sent; \
            69 the brokers are gone, with the row to continue with; 130 cancelled, likewise.
            """ + Examples.below("produce")
    )

    @OptionGroup var options: SettingsOptions

    @Argument(help: .value("file", "The file; - is standard input."), completion: .file())
    var file: String

    @Option(help: .value("format", "jsonl, json or csv; told by the file's name or first character without it."))
    var format: InputFormat?

    @Flag(help: "Follow the results, and end with a table of outcomes.")
    var wait = false

    @Option(help: .value("duration", "Give up waiting when no result has come for this time."))
    var timeout = "20m"

    @Flag(name: .customLong("no-validate"), help: "Send commands as they are, whatever the rules say.")
    var noValidate = false

    @Flag(help: "Leave out rows that are wrong, and send the others; ends with 4 then.")
    var skipInvalid = false

    @Option(
        help: .value(
            "file",
            "Write what is wrong or failed to this new file, to be corrected and sent again; beside the input with "
                + "--wait."
        ),
        completion: .file(extensions: ["jsonl"])
    )
    var failures: String?

    @Option(
        help: .value(
            "file",
            "Write what became of each row to this new file, as results come: .csv or .jsonl; with "
                + "--wait."
        ),
        completion: .file(extensions: ["csv", "jsonl"])
    )
    var out: String?

    @Option(help: .value("n", "Begin with this line; of a JSON array with this element."))
    var fromLine = 1

    @Option(help: .value("n", "Commands a second; 0 for no bound."))
    var rate = 0.0

    @Flag(help: "Check the file, and send nothing.")
    var dryRun = false

    @Flag(help: "Print the outcome as JSON.")
    var json = false

    func validate() throws {
        guard self.rate >= 0, self.rate <= 1_000_000 else { throw ValidationError("--rate: expected 0 to 1000000") }
        guard self.fromLine >= 1 else { throw ValidationError("--from-line \(self.fromLine): expected 1 or more") }
        try validating("--timeout") { _ = try SpanText.parse(self.timeout) }
        guard let out else { return }
        if ResultLine.Form(ofName: out) == nil {
            throw ValidationError("--out \(out): expected a name that ends with .csv or .jsonl")
        }
        if !self.wait { throw ValidationError("--out \(out): results come with --wait only; give both") }
    }

    func run() async throws {
        let settings = try self.options.cluster()
        // Before signals are taken over: a terminal or a pipe is read to its end here, and Ctrl-C must end that.
        let input = try InputFile(path: self.file)
        let operation = ProduceOperation(
            try self.request(settings.settings),
            input,
            try self.format ?? InputFormat(of: input),
            settings.client
        )
        let display = ProgressDisplay()
        let status = try await cancelledBySignals { try await self.run(operation, input.name, display) }
        if status != .success { throw status }
    }

    private func run(
        _ operation: ProduceOperation,
        _ name: String,
        _ display: ProgressDisplay
    ) async throws -> ExitCode {
        var files = OutputFiles()
        let survey: InputSurvey
        do {
            if !self.dryRun, let out, let form = ResultLine.Form(ofName: out) { try files.openResults(out, form) }
            if let failures {
                try files.openFailures(failures)
            } else if self.wait, !self.dryRun, self.skipInvalid {
                try files.openFailures(FailuresPath.free(beside: self.file))
            }
            survey = try self.check(operation, files, name, display)
        } catch {
            files.discard()
            throw error
        }
        let hasToStop = self.dryRun || survey.badCount > 0 && !self.skipInvalid
        var outcome: ProduceOutcome?
        if hasToStop {
            files.discardResults()
        } else {
            if files.failures == nil, self.wait { try files.openFailures(FailuresPath.free(beside: self.file)) }
            do {
                outcome = try await operation.send(survey, into: files) {
                    display.show($0.news)
                } tell: {
                    display.write($0.sentence(group: operation.group))
                }
                display.finish()
            } catch let error where error is KafkaError || error is TopicSnapshot.Missing {
                // Nothing was sent, so the same command must be possible again.
                files.discard()
                throw error
            }
        }
        try files.close()
        let view = ProduceView(
            name: name,
            survey: survey,
            outcome: outcome,
            files: files,
            awaitsResults: self.wait,
            isDryRun: self.dryRun
        )
        if self.json { print(view.json, terminator: "") } else { Terminal.print(view.text) }
        return view.exit
    }

    /// Checks the whole file, and names each row that is wrong and each field that is not known.
    private func check(
        _ operation: ProduceOperation,
        _ files: OutputFiles,
        _ name: String,
        _ display: ProgressDisplay
    ) throws -> InputSurvey {
        defer { display.clear() }
        let survey = try operation.survey(
            into: files,
            show: { display.show($0.news) },
            report: { display.write("\(name):\($0): \($1.code): \($1.message)") }
        )
        for sentence in survey.remarks { display.write("\(name): \(sentence)") }
        return survey
    }

    private func request(_ settings: Settings) throws -> ProduceRequest {
        var request = ProduceRequest(
            commandTopic: settings.worker.commandTopic,
            resultTopic: settings.worker.resultTopic,
            rules: RowRules(settings.worker.reader, validates: !self.noValidate)
        )
        request.firstRow = self.fromLine
        request.rate = self.rate == 0 ? nil : self.rate
        request.awaitsResults = self.wait
        request.group = settings.worker.group
        request.patience = try SpanText.parse(self.timeout)
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
