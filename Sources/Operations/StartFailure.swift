package import Kafka
package import Ledger

extension ExitStatus {
    /// The code of whatever Kafka fails for: 78 properties, 77 a login or a permission, 69 anything else.
    package init(_ error: KafkaError) {
        self = error.isOfProperties ? .configuration : error.isNotPermitted ? .notPermitted : .unavailable
    }
}

/// Why a command could not begin its work: one sentence with what to do, and the exit code.
package struct StartFailure: Error, Sendable, CustomStringConvertible {
    package let status: ExitStatus
    package let description: String

    package init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }

    /// The brokers do not answer, do not permit it or refuse it; or librdkafka refused properties that do not go
    /// together.
    ///
    /// Every command that fails for Kafka ends with this sentence and code: the last reason that librdkafka knows, and
    /// what to do about it.
    ///
    /// - Parameters:
    ///   - effort: what failed, such as `topic results could not be created`.
    ///   - brokers: those that were asked.
    package init(_ error: KafkaError, _ effort: String? = nil, brokers: String? = nil) {
        let reason: String
        if error.isOfProperties {
            reason = "kafka.properties: \(error.message)"
        } else if error.isNotPermitted {
            reason = "the brokers do not permit it (\(error.finding)); \(error.remedy ?? "check the cluster's ACLs")"
        } else if error.isNoAnswer {
            let remedy = error.remedy ?? "check kafka.brokers and the cluster"
            reason = "no answer from the brokers\(brokers.map { " \($0)" } ?? "") (\(error.finding)); \(remedy)"
        } else {
            let remedy = error.remedy ?? "the log of the brokers says more"
            reason = "the brokers refuse it (\(error.finding)); \(remedy)"
        }
        self.init(ExitStatus(error), effort.map { "\($0): \(reason)" } ?? reason)
    }

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
