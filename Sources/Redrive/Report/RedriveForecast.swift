import CustomerContract
import Kafka
import Records
import Topics

/// What a redrive would do, found by doing everything but sending.
package struct RedriveForecast: Sendable {
    /// Dead letters that meet the selection and wait.
    package private(set) var matched = 0
    /// Those that would be sent, by topic.
    package private(set) var targets: [String: Int] = [:]
    /// Those that would be left, by reason.
    package private(set) var left: [LeftReason: Int] = [:]
    /// Those that break the rules for commands as they would be sent, and so would fail again, by code.
    package private(set) var wouldFail: [String: Int] = [:]

    private let selection: Selection
    private let route: ReturnRoute
    private let commandTopic: String
    private let limit: Int?

    /// - Parameters:
    ///   - commandTopic: the topic to which the rules for commands apply.
    ///   - limit: how many may still be sent.
    init(selection: Selection, route: ReturnRoute, commandTopic: String, limit: Int?) {
        self.selection = selection
        self.route = route
        self.commandTopic = commandTopic
        self.limit = limit
    }

    /// Those that would be sent.
    package var sendable: Int { self.targets.values.reduce(0, +) }

    /// Whether more letters could change anything.
    var isFull: Bool { self.limit.map { self.sendable >= $0 } ?? false }

    mutating func take(_ letter: DeadLetter, isSentBack: Bool) {
        guard !isSentBack, self.selection.matches(letter) else { return }
        self.matched += 1
        switch self.route.record(for: letter) {
        case .success(let record):
            self.targets[record.topic, default: 0] += 1
            guard record.topic.hasSameBytes(as: self.commandTopic) else { return }
            let message = KafkaRecord(
                position: letter.position,
                key: record.key,
                value: record.value,
                headers: record.headers
            )
            if case .refused(_, let failure) = CommandReader().read(message) {
                self.wouldFail[failure.code.rawValue, default: 0] += 1
            }
        case .failure(let reason):
            self.left[reason, default: 0] += 1
        }
    }
}
