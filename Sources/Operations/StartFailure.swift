import Kafka
package import Ledger

/// The exit codes that scripts and the service manager rely on (sysexits.h where it has one).
package enum ExitStatus: Int32, Sendable {
    /// Everything went well.
    case success = 0
    /// It failed for a reason that no other code names.
    case failure = 1
    /// A forced stop; work was abandoned, and will be done by the next run.
    case forcedStop = 2
    /// The command line is wrong.
    case usage = 64
    /// Input data is wrong.
    case badInput = 65
    /// The broker or the API is not available.
    case unavailable = 69
    /// An error of our own.
    case `internal` = 70
    /// Something is not permitted.
    case notPermitted = 77
    /// The configuration is wrong; a restart changes nothing.
    case configuration = 78
}

/// Why a command could not begin its work: one sentence with what to do, and the exit code.
package struct StartFailure: Error, Sendable, CustomStringConvertible {
    /// The exit code.
    package let status: ExitStatus
    /// The sentence.
    package let description: String

    /// Says why.
    package init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }

    /// The brokers do not answer, or refused; or librdkafka refused properties that do not go together.
    init(_ error: KafkaError, brokers: String) {
        guard !error.isOfProperties else {
            self.init(.configuration, "kafka.properties: \(error.message)")
            return
        }
        let remedy = error.remedy ?? "check kafka.brokers and the cluster"
        self.init(.unavailable, "no answer from the brokers \(brokers) (\(error)); \(remedy)")
    }

    /// The ledger cannot be used.
    package init(_ error: LedgerError) {
        let status: ExitStatus =
            switch error.reason {
            case .readOnly, .refused: .notPermitted
            case .unavailable: .unavailable
            case .full, .locked, .replaced, .failed: .failure
            case .corrupt, .misconfigured: .configuration
            }
        self.init(status, "the store cannot be used: \(error.message)")
    }
}
