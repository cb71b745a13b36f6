import CommandWorker
import Records

/// The lag of this instance's partitions, and its age: what was last known stays while the brokers do not answer.
///
/// Without it the lag would vanish when it matters: an instance that loses its brokers loses its partitions too, at the
/// end of the session timeout.
///
/// Invariants:
/// 1. A partition that the group has given to another instance is forgotten, ``grace`` after it went at the latest, if
///    the brokers answer.
/// 2. The age is zero only if brokers have answered for every partition that is remembered.
struct LagMemory: Sendable {
    private struct Entry: Sendable {
        var lag: Int64
        var unheldSince: ContinuousClock.Instant?
    }

    /// Longer than silent brokers take to be noticed (`ConsumerWatch`), so that what is lost to them is kept.
    static let grace: Duration = .seconds(20)

    private var entries: [TopicPartition: Entry] = [:]
    private var learnedAt: ContinuousClock.Instant?

    /// The lag of all partitions together; `nil` while none is known.
    var total: Int64? {
        self.entries.isEmpty ? nil : self.entries.values.reduce(0) { $0.boundedSum($1.lag) }
    }

    /// How old the oldest part of it is; `nil` while no lag is known.
    func age(at now: ContinuousClock.Instant) -> Duration? { self.learnedAt.map { max(.zero, now - $0) } }

    /// Takes what was seen of the worker.
    ///
    /// - Parameter ends: what brokers answered while nothing was fetched.
    mutating func update(_ inspection: WorkerInspection, _ ends: LogEnds.Known, at now: ContinuousClock.Instant) {
        let held = Set(inspection.partitions.map(\.topicPartition))
        for partition in inspection.partitions {
            let name = partition.topicPartition
            if let lag = partition.lag(logEnd: ends.ends[name]) {
                self.entries[name] = Entry(lag: lag)
            } else {
                self.entries[name]?.unheldSince = nil
            }
        }
        for (name, entry) in self.entries where !held.contains(name) {
            let since = inspection.isCutOff ? now : entry.unheldSince ?? now
            self.entries[name] = now - since < Self.grace ? Entry(lag: entry.lag, unheldSince: since) : nil
        }
        guard !self.entries.isEmpty else {
            self.learnedAt = nil
            return
        }
        guard self.entries.keys.allSatisfy(held.contains) else { return }
        // Of what is paused the consumer's own connections do not say where the logs end.
        let ownAt = inspection.isPaused ? nil : now - inspection.brokerSilence
        let askedAt = inspection.unfetched.isEmpty ? nil : ends.answeredAt
        let known = [ownAt, askedAt].compactMap(\.self).min() ?? self.learnedAt ?? now
        self.learnedAt = max(known, self.learnedAt ?? known)
    }

    /// The metrics: a series for each partition, and one age.
    func families(at now: ContinuousClock.Instant) -> [MetricFamily] {
        let lags = self.entries.sorted { $0.key < $1.key }.map { name, entry in
            MetricFamily.Sample(Double(entry.lag), MetricFamily.Label.of(name))
        }
        let age = self.age(at: now).map { [MetricFamily.Sample($0 / .seconds(1))] } ?? []
        return [MetricFamily(.consumerLag, lags), MetricFamily(.consumerLagAge, age)]
    }
}

extension WorkerInspection {
    /// The partitions that are held and not fetched, since they or all are paused.
    var unfetched: [TopicPartition] {
        self.partitions.filter { self.isPaused || $0.isOverShare || $0.isPausedByOperator }.map(\.topicPartition)
    }

    /// Whether brokers or group do not answer: nothing is read, and partitions that are not held may still be this
    /// worker's.
    var isCutOff: Bool {
        !self.snapshot.hasJoined || self.snapshot.isTakingPartitions
            || self.stops.contains { stop in
                switch stop {
                case .brokersUnreachable, .brokersSilent, .membershipLost, .topicMissing: true
                // The other partitions continue.
                case .leaderMissing, .notFetched, .foreignTransaction: false
                }
            }
    }
}
