import ArgumentParser
import Glibc
import Kafka
import Ledger
import Operations
import Producing
import Redrive
import Settings
import Topics

extension ExitStatus {
    /// Ends the command with this code.
    var exit: ExitCode { ExitCode(self.rawValue) }

    /// Says why, and ends the command with this code.
    func exit(_ sentence: String) -> ExitCode {
        StandardError.write("customer-worker: \(sentence)")
        return self.exit
    }
}

extension ExitCode {
    /// Writes the sentence for what a command threw; `nil` for what the argument parser writes itself.
    init?(reporting error: any Error) {
        switch error {
        case let error as StartFailure: self = error.status.exit(error.description)
        case let error as LedgerError: self.init(reporting: StartFailure(error))
        case let error as KafkaError: self.init(reporting: StartFailure(error))
        case let error as ConfigurationErrors:
            StandardError.write("\(error)")
            self = ExitStatus.configuration.exit
        case is RedriveRequest.Refusal: self = ExitStatus.failure.exit("\(error)")
        case let error as TopicReader.Stalled:
            self = (error.cause.map { ExitStatus($0) } ?? .unavailable).exit("\(error)")
        case is TopicSnapshot.Missing: self = ExitStatus.unavailable.exit("\(error)")
        case is StoryTeller.NoRecord: self = ExitStatus.badInput.exit("\(error)")
        // An age that was in bounds when the options were read.
        case is OptionMistake: self = ExitStatus.usage.exit("\(error)")
        case is LineFile.Failure: self = ExitStatus.notPermitted.exit("\(error)")
        case let error as InputFailure:
            StandardError.write(error.description)
            self = ExitStatus.badInput.exit
        case is CancellationError:
            StandardError.write("Cancelled.")
            self = ExitStatus.cancelled.exit
        case let error as StandardOutput.Failure:
            self = error.isOfClosedPipe ? ExitStatus.failure.exit : ExitStatus.failure.exit(error.description)
        case is ExitCode: return nil
        // The argument parser's own, such as the wish for help: of what it does not know it says 1.
        case _ where SettingsOptions.exitCode(for: error) != .failure: return nil
        // Nothing that this knows: a mistake of the program's own.
        default: self = ExitStatus.internal.exit("internal error: \(error); please report it with the command")
        }
    }
}

/// Runs something until its end, or until INT or TERM cancels it; a second one ends the process at once, with code 2.
///
/// What is a second one is decided by ``StopRequests``.
func cancelledBySignals<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let signals = ProcessSignals(of: [.interrupt, .terminate])
    let (cancelling, cancel) = AsyncStream.makeStream(of: Void.self)
    // Outside of what it cancels: it hears the second one too.
    async let _ = { @Sendable () async in
        var requests = StopRequests()
        for await signal in signals.stream {
            switch requests.take(signal, at: .now) {
            case .first: cancel.finish()
            case .repeated: break
            case .second: ProcessEnd.now(.forcedStop)
            }
        }
    }()
    return try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            for await _ in cancelling {}
            return nil
        }
        defer { group.cancelAll() }
        while let end = try await group.next() {
            if let end { return end }
            group.cancelAll()
        }
        throw CancellationError()
    }
}
