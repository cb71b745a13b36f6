import Kafka
package import Ledger

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
