import Logging
import Synchronization

/// Writes lines of the log whose causes may come many times a second: of each kind one a minute, which says how many of
/// them were left out since the last.
///
/// From any thread, quick enough for librdkafka's callback. At most ``kindLimit`` kinds are told apart; beyond that the
/// one that was told first is forgotten.
final class RepeatedLog: Sendable {
    /// Between two lines of one kind.
    static let spacing: Duration = .seconds(60)
    static let kindLimit = 64

    private struct Kind {
        var toldAt: ContinuousClock.Instant
        var leftOut = 0
    }

    private let logger: Logger
    private let kinds = Mutex<[String: Kind]>([:])

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Writes a line, or counts it.
    ///
    /// - Parameter kind: what makes lines alike, with the message.
    func log(
        _ level: Logger.Level,
        _ message: Logger.Message,
        of kind: String,
        metadata: Logger.Metadata,
        at now: ContinuousClock.Instant = .now
    ) {
        guard level >= self.logger.logLevel, let leftOut = self.pass("\(message) \(kind)", at: now) else { return }
        self.logger.log(
            level: level,
            message,
            metadata: leftOut > 0 ? metadata.merging(["left_out": "\(leftOut)"]) { line, _ in line } : metadata
        )
    }

    /// How many lines of a kind were left out since the last one; `nil` when this one is too.
    func pass(_ name: String, at now: ContinuousClock.Instant) -> Int? {
        self.kinds.withLock { kinds in
            if var kind = kinds[name], now - kind.toldAt < Self.spacing {
                kind.leftOut += 1
                kinds[name] = kind
                return nil
            }
            let leftOut = kinds.removeValue(forKey: name)?.leftOut ?? 0
            if kinds.count >= Self.kindLimit, let oldest = kinds.min(by: { $0.value.toldAt < $1.value.toldAt }) {
                kinds[oldest.key] = nil
            }
            kinds[name] = Kind(toldAt: now)
            return leftOut
        }
    }
}
