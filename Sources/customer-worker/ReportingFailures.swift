import ArgumentParser
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
        StandardError.write("customer-worker: the brokers refused, or do not answer (\(error)); check kafka.brokers")
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
