package import CustomerContract

/// Forgets successes that are older than the retention, a little at a time.
///
/// 1. A batch is short work, and a rest of four times its length follows: whoever remembers waits for one batch at
///    most, and forgetting takes a fifth of the store's time even where there are millions to forget.
/// 2. Nothing is kept between batches: a sweep that is cut off goes on where it was, whoever begins it. Instances that
///    share a store share the work.
/// 3. Not for the store of backend `local`, whose entries are the customers.
package struct LedgerRetention<Time: Clock>: Sendable where Time.Duration == Duration {
    private let ledger: any Ledger
    private let retention: Duration
    private let clock: Time
    private let now: @Sendable () -> UnixMilliseconds

    /// How many are forgotten in one transaction.
    package static var batchSize: Int { 500 }
    /// Between two sweeps.
    package static var interval: Duration { .seconds(60) }
    private static var shortestRest: Duration { .milliseconds(20) }

    /// Forgets nothing yet.
    ///
    /// - Parameters:
    ///   - clock: for the rests.
    ///   - now: the time that entries are remembered at.
    package init(
        of ledger: any Ledger,
        retention: Duration,
        clock: Time,
        now: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.ledger = ledger
        self.retention = retention
        self.clock = clock
        self.now = now
    }

    /// Sweeps every minute until the task is cancelled.
    ///
    /// - Parameter report: gets how many each sweep forgot, or why it ended early; the next one tries again.
    package func run(_ report: (Result<Int, LedgerError>) -> Void) async {
        while !Task.isCancelled {
            do throws(LedgerError) {
                report(.success(try await self.sweep()))
            } catch {
                report(.failure(error))
            }
            do { try await self.clock.sleep(for: Self.interval) } catch { return }
        }
    }

    /// Forgets everything that is too old now; returns how many.
    package func sweep() async throws(LedgerError) -> Int {
        let (seconds, attoseconds) = self.retention.components
        let moment = UnixMilliseconds(self.now().value - seconds * 1_000 - attoseconds / 1_000_000_000_000_000)
        var total = 0
        while true {
            let start = self.clock.now
            let forgotten = try await self.ledger.forget(rememberedBefore: moment, limit: Self.batchSize)
            total += forgotten
            guard forgotten == Self.batchSize else { return total }
            let rest = max(start.duration(to: self.clock.now) * 4, Self.shortestRest)
            do { try await self.clock.sleep(for: rest) } catch { return total }
        }
    }
}
