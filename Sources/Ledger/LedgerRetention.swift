package import Records

/// Forgets successes that are older than the retention, a little at a time.
///
/// 1. A batch is short work, and a rest of four times its length follows: whoever remembers waits for one batch at
///    most, and forgetting takes a fifth of the ledger's time even where there are millions to forget.
/// 2. Instances that share a ledger share the work; one that is cut off leaves the rest to the next sweep.
/// 3. The wall clock is not believed alone: ``Sweep/clockLead``.
/// 4. Not for the ledger of backend `local`, whose entries are the customers.
package struct LedgerRetention<Time: Clock>: Sendable where Time.Duration == Duration {
    /// What one sweep did.
    package struct Sweep: Sendable, Hashable {
        /// How many entries were forgotten.
        package var forgotten = 0
        /// How far the wall clock is ahead of what is believed of it; zero when it is believed.
        ///
        /// A clock that jumps ahead by years would make every entry old. So time passes here from one sweep to the next
        /// no quicker than the monotonic clock says, and it begins at the newest entry if that is implausibly old. An
        /// entry stays too long for it, which is harmless.
        package var clockLead: Duration = .zero
    }

    /// What is kept between the sweeps of a process.
    package struct State: Sendable {
        fileprivate var began: (time: UnixMilliseconds, at: Time.Instant)?
        fileprivate var place: Int64 = 0

        /// Before the first sweep.
        package init() {}
    }

    private let ledger: any Ledger
    private let retention: Duration
    private let clock: Time
    private let now: @Sendable () -> UnixMilliseconds

    /// How many are forgotten in one transaction.
    package static var batchSize: Int { 500 }
    /// How many are looked at in one transaction where every entry has to be.
    package static var pieceSize: Int { 2_000 }
    /// Pieces of a sweep: a ledger of 100,000 entries is looked through every minute, one of 100 million within a day.
    package static var piecesPerSweep: Int { 50 }
    /// Between two sweeps.
    package static var interval: Duration { .seconds(60) }
    private static var shortestRest: Duration { .milliseconds(20) }
    /// Steps of the wall clock that are believed: time servers correct it by less.
    private static var tolerance: Duration { .seconds(3_600) }

    /// Forgets nothing yet.
    ///
    /// - Parameters:
    ///   - clock: for the rests, and to check `now` against.
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
    /// - Parameter report: gets what each sweep did, or why it ended early; the next one tries again.
    package func run(_ report: (Result<Sweep, LedgerError>) -> Void) async {
        var state = State()
        while !Task.isCancelled {
            do throws(LedgerError) {
                report(.success(try await self.sweep(&state)))
            } catch {
                report(.failure(error))
            }
            do { try await self.clock.sleep(for: Self.interval) } catch { return }
        }
    }

    /// Forgets everything that is too old now, as far as it is found.
    package func sweep(_ state: inout State) async throws(LedgerError) -> Sweep {
        let wall = self.now()
        let time = try await self.believed(wall, &state)
        let moment = time.advanced(by: .zero - self.retention)
        var sweep = Sweep(clockLead: .milliseconds(wall.milliseconds(since: time)))
        while true {
            let start = self.clock.now
            let forgotten = try await self.ledger.forget(rememberedBefore: moment, limit: Self.batchSize)
            sweep.forgotten += forgotten
            guard forgotten == Self.batchSize else { break }
            guard await self.rest(after: start) else { return sweep }
        }
        for _ in 0..<Self.piecesPerSweep {
            let start = self.clock.now
            let (forgotten, next) = try await self.ledger.forget(
                rememberedBefore: moment,
                behind: state.place,
                limit: Self.pieceSize
            )
            sweep.forgotten += forgotten
            state.place = next ?? 0
            guard next != nil, await self.rest(after: start) else { break }
        }
        return sweep
    }

    /// Whether there is time for more.
    private func rest(after start: Time.Instant) async -> Bool {
        let rest = max(start.duration(to: self.clock.now) * 4, Self.shortestRest)
        do { try await self.clock.sleep(for: rest) } catch { return false }
        return true
    }

    /// The time, at most what the wall clock says.
    private func believed(_ wall: UnixMilliseconds, _ state: inout State) async throws(LedgerError) -> UnixMilliseconds
    {
        let uptime = self.clock.now
        guard let began = state.began else {
            var time = wall
            // A ledger that was not used for twice the retention, or a day longer than it, is not a usual one.
            if let newest = try await self.ledger.lastRemembered(until: wall),
                .milliseconds(wall.milliseconds(since: newest)) > self.retention + max(self.retention, .seconds(86_400))
            {
                time = newest
            }
            state.began = (time, uptime)
            return time
        }
        let passed = began.time.advanced(by: began.at.duration(to: uptime))
        return wall <= passed.advanced(by: Self.tolerance) ? wall : passed
    }
}
