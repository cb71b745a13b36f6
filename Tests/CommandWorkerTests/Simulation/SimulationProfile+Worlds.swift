import Topics

@testable import CommandWorker

/// Worlds with one fault, in which more can be asked than that every command ends.
extension SimulationProfile {
    /// A world of one worker in which nothing is wrong.
    mutating func becomeCalm(commands: Int) {
        self.faults = Faults()
        (self.outages, self.rebalances, self.kicks, self.drains, self.suspensions, self.reconfigurations) =
            (0, 0, 0, 0, 0, 0)
        self.pauses = 0
        (self.poisonIDs, self.blockedIDs, self.worstIDs) = (0, 0, 0)
        (self.refusedIDs, self.slowIDs, self.foreignIDs) = (0, 0, 0)
        (self.invalidShare, self.conflictShare, self.hotShare) = (0, 0, 0)
        (self.alikeRefusals, self.poisonEnd, self.slowShare) = (nil, nil, 0)
        (self.logRestarts, self.letterOutage, self.brokerMetadataLimit) = (0, nil, 4_096)
        self.guarantee = .exactlyOnce
        self.backend = .remote
        self.core.createsLocally = false
        self.workers = 1
        self.partitions = commands < 100 ? 1 : 4
        self.recordsPerPartition = commands / self.partitions
        self.production = .zero
        self.faultsEnd = .zero
        self.ids = 100_000
        self.core.metadataLimit = OffsetMetadata.limit
        self.core.spillsSets = false
        // Batches of one, each of which may take seconds, would measure the store and the brokers.
        (self.core.maximumLedgerBatch, self.core.maximumCommitBatch) = (2_000, 5_000)
        self.logRestarts = 0
        self.core.live.requestLimit = .fixed(16)
        self.core.live.rateLimit = nil
        self.core.maximumInFlight = 256
        self.core.maximumInFlightBytes = 1_000_000
        self.core.breaker = BreakerSettings(minimumRequests: 10)
    }

    /// A world in which one outage outlasts every command's time; of a few commands none succeeds before it.
    mutating func becomeOutage(of kind: SimulatedAPI.Outage.Kind, commands: Int) {
        self.becomeCalm(commands: commands)
        self.slowShare = 0.03
        self.faultsEnd = .seconds(190)
        let isQuiet = commands < 10
        self.production = isQuiet ? .seconds(5) : .seconds(150)
        self.certainOutage = SimulatedAPI.Outage(span: .seconds(isQuiet ? 0 : 10)..<Duration.seconds(190), kind: kind)
        self.core.live.retry.maximumElapsedTime = .seconds(35)
    }

    /// A world in which the only fault is one id that fails for ever, beside a hundred that do not.
    mutating func becomePoisoned(blocked: Int, worst: Int, poison: Int) {
        self.becomeCalm(commands: 120)
        (self.blockedIDs, self.worstIDs, self.poisonIDs) = (blocked, worst, poison)
        self.ids = 60
        self.production = .seconds(30)
        self.core.live.retry.maximumElapsedTime = .seconds(40)
        // Where nobody else is left nothing tells a wrong key from one that only this id gets.
        if worst > 0 { self.poisonEnd = .seconds(300) }
    }

    /// A world in which for a minute every command is refused in the same words.
    mutating func becomeRefusedAlike() {
        self.becomeCalm(commands: 300)
        self.faultsEnd = .seconds(60)
        self.alikeRefusals = .zero..<Duration.seconds(60)
    }

    /// A world in which the API asks for long waits and does nothing else wrong.
    mutating func becomeHeld() {
        self.becomeCalm(commands: 60)
        self.faultsEnd = .seconds(240)
        self.production = .seconds(60)
        (self.faults.longHold, self.faults.ownHold) = (0.2, 0.2)
        self.core.live.retry.maximumElapsedTime = .seconds(20)
    }

    /// A world in which all customers of one of four partitions fail in passing for minutes, so that its commands would
    /// fill the table of commands in flight.
    mutating func becomeStuck(inFlight: Int) {
        self.becomeCalm(commands: 400)
        self.production = .seconds(60)
        self.stuckUntil = .seconds(180)
        self.faultsEnd = .seconds(180)
        self.core.maximumInFlight = inFlight
        self.core.live.retry.maximumElapsedTime = .seconds(900)
        self.core.breaker = BreakerSettings(failureRatio: 1, minimumRequests: 1_000)
    }

    /// A world in which the topic of dead letters takes none for half a minute, and a fifth of the commands fails.
    mutating func becomeWithoutLetters() {
        self.becomeCalm(commands: 300)
        self.invalidShare = 0.2
        // No command shares its id with one that fails.
        self.ids = 1_000_000_000
        self.production = .seconds(30)
        self.faultsEnd = .seconds(40)
        self.letterOutage = .seconds(5)..<Duration.seconds(40)
    }

    /// A world in which the beginning of a log is deleted beyond what was read.
    mutating func becomeShortened(jumps: Int) {
        self.becomeCalm(commands: 300)
        self.faultsEnd = .seconds(10)
        self.slowShare = 0.05
        self.gapShare = 0.3
        self.retentionJumps = jumps
        self.core.maximumInFlight = 4
    }

    /// When nothing goes wrong any more; `nil` for never.
    var calm: Duration? {
        guard self.blockedIDs + self.worstIDs + self.poisonIDs > 0 else { return self.faultsEnd }
        return self.poisonEnd.map { max($0, self.faultsEnd) }
    }

    /// How long requests may still be stopped then: a hold and three probes, each with the longest wait and a timeout.
    var longestPause: Duration {
        let hold = max(self.core.live.retry.maximumHold, .seconds(60))
        return hold + (self.core.breaker.probeWaits.upperBound + SimulatedAPI.timeout) * 3
    }

    /// How long one that fails by itself may hold up the others: two probes are of it, the third is of another one.
    ///
    /// The waits before them double; a gate that was closed again soon after begins with the last of them, so each
    /// further one that fails may cost three of the longest. A second more for the requests themselves.
    func threeProbes(of count: Int) -> Duration {
        let waits = self.core.breaker.probeWaits
        let first = (0..<3).reduce(Duration.zero) { sum, number in
            sum + min(waits.lowerBound * (1 << number), waits.upperBound)
        }
        return first + waits.upperBound * (3 * (count - 1)) + .seconds(1)
    }
}
