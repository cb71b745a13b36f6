package import Kafka
package import Logging
import Records
package import Redrive
import Synchronization
import WorkerLogging

/// Keeps a count of the dead letters that wait, for the metrics: once a minute, and soon after this instance has
/// written one.
///
/// Nothing waits for a count, and a count that fails leaves the last one in place.
package final class WaitingLetters: Sendable {
    package typealias Counting = @Sendable () async throws -> WaitingCounter.Count

    private struct State {
        var tally: WaitingTally?
        var writtenHere = 0
        var startedAt: ContinuousClock.Instant?
        var interval = WaitingLetters.interval
        var isCounting = false
        var isFailing = false
    }

    /// Between two counts; the short one while dead letters are written, and while a large topic is read for the first
    /// time.
    static let interval: Duration = .seconds(60)
    static let shortInterval: Duration = .seconds(10)
    /// What each request of a count adds to the interval.
    private static let spacing: Duration = .seconds(2)

    private let counting: Counting
    private let logger: Logger
    private let state = Mutex(State())
    /// Whether ``run()`` is to make a count: brokers that are away take seconds, and who refreshes must not wait.
    private let (wanted, want) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter counting: takes as long as it needs.
    init(logger: Logger, _ counting: @escaping Counting) {
        self.logger = logger
        self.counting = counting
    }

    /// Counts the letters of a topic.
    package convenience init(_ topic: String, _ client: ClientProperties, logger: Logger) {
        let counter = WaitingCounter(topic, client)
        self.init(logger: logger) { try await counter.count() }
    }

    /// The last count; `nil` before the first.
    var known: WaitingTally? { self.state.withLock { $0.tally } }

    /// Wants a count if one is due; does not wait for it.
    ///
    /// - Parameter writtenHere: dead letters that this instance has written so far.
    func refresh(writtenHere: Int, at now: ContinuousClock.Instant = .now) {
        let isDue = self.state.withLock { state in
            let interval = state.writtenHere == writtenHere ? state.interval : Self.shortInterval
            guard !state.isCounting, state.startedAt.map({ now - $0 >= interval }) ?? true else { return false }
            (state.isCounting, state.startedAt, state.writtenHere) = (true, now, writtenHere)
            return true
        }
        if isDue { self.want.yield() }
    }

    /// Makes the counts that are due, one at a time, until the task is cancelled.
    func run() async {
        for await _ in self.wanted {
            do {
                self.take(try await self.counting())
            } catch {
                self.take(error)
            }
        }
    }

    private func take(_ count: WaitingCounter.Count) {
        self.state.withLock { state in
            (state.isCounting, state.isFailing) = (false, false)
            // A part is told once the whole was known: before that it would look like letters that come in.
            if count.isWhole || state.tally != nil { state.tally = count.tally }
            state.interval = count.isWhole ? max(Self.interval, Self.spacing * count.pageCount) : Self.shortInterval
        }
    }

    private func take(_ error: any Error) {
        // Brokers that are away have a line already.
        let isTold = (error as? KafkaError)?.disposition != .retry
        let isNew = self.state.withLock { state in
            defer { (state.isCounting, state.isFailing) = (false, isTold) }
            return isTold && !state.isFailing
        }
        guard isNew else { return }
        self.logger.notice(
            "Waiting dead letters not counted; their metrics keep the last values",
            metadata: [LogKey.error: "\(error)"]
        )
    }
}

extension WaitingTally {
    /// The metrics: a series for each code, and the age of the oldest letter.
    func families(now: UnixMilliseconds) -> [MetricFamily] {
        let age = self.oldestFailure.map { Double(max(0, now.milliseconds(since: $0))) / 1_000 } ?? 0
        let waiting = Self.codes.map { MetricFamily.Sample(Double(self.counts[$0] ?? 0), [.init("code", $0)]) }
        return [MetricFamily(.deadLettersWaiting, waiting), MetricFamily(.deadLettersOldest, age)]
    }
}
