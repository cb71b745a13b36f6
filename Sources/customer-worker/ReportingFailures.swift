import ArgumentParser
import Glibc
import Kafka
import Operations
import Producing
import Redrive
import Topics

/// Runs what reads or writes the cluster, and turns what it throws into a sentence and an exit code.
func reportingFailures<R>(_ body: () async throws -> R) async throws -> R {
    do {
        return try await body()
    } catch let error as RedriveRequest.Refusal {
        StandardError.write("customer-worker: \(error)")
        if case .file = error { throw ExitStatus.notPermitted.exit }
        throw ExitStatus.failure.exit
    } catch let error as KafkaError {
        let remedy = error.remedy ?? "check kafka.brokers"
        StandardError.write("customer-worker: the brokers refused, or do not answer (\(error)); \(remedy)")
        throw ExitStatus.unavailable.exit
    } catch let error as TopicSnapshot.Missing {
        StandardError.write("customer-worker: \(error)")
        throw ExitStatus.unavailable.exit
    } catch let error as InputFailure {
        StandardError.write(error.description)
        throw ExitStatus.badInput.exit
    } catch is CancellationError {
        StandardError.write("Cancelled.")
        throw ExitCode(130)
    } catch let error as TopicReader.Stalled {
        StandardError.write("customer-worker: \(error)")
        throw ExitStatus.unavailable.exit
    } catch let error as LineFile.Failure {
        StandardError.write("customer-worker: \(error)")
        throw ExitStatus.notPermitted.exit
    }
}

/// Runs something until its end, or until INT or TERM cancels it; a second one ends the process at once, with code 2.
func cancelledBySignals<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
    let signals = ProcessSignals(of: [.interrupt, .terminate])
    let (cancelling, cancel) = AsyncStream.makeStream(of: Void.self)
    // Outside of what it cancels: it hears the second one too.
    async let _ = { @Sendable () async in
        var isSecond = false
        for await _ in signals.stream {
            if isSecond { _exit(ExitStatus.forcedStop.rawValue) }
            isSecond = true
            cancel.finish()
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
