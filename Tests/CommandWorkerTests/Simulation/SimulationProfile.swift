@testable import CommandWorker

/// What kind of world a seed makes: its size, its settings, and how much goes wrong in it.
struct SimulationProfile {
    enum Backend { case local, remote }

    /// How often each fault shows, from 0 to 1, while faults happen at all.
    struct Faults {
        var crash = 0.0
        var store = 0.0
        var publish = 0.0
        var unknownOutcome = 0.0
        var transient = 0.0
        var lostAnswer = 0.0
        /// A refusal for too many requests, with a short wait asked of all callers.
        var overload = 0.0
        /// The same with a wait of up to ten minutes.
        var longHold = 0.0
        /// A failure with a wait of up to a day, asked of one command.
        var ownHold = 0.0
        var readCommitted = 0.0
    }

    var guarantee = WorkerSettings.Guarantee.exactlyOnce
    var backend = Backend.remote
    var workers = 1
    var partitions = 1
    var recordsPerPartition = 50
    var ids = 20
    /// Share of commands that go to the first id.
    var hotShare = 0.0
    var conflictShare = 0.0
    var invalidShare = 0.0
    var gapShare = 0.0
    /// Ids whose every request fails in passing, that a firewall stops, whose answer says that all would fail, that
    /// Flexprice refuses, that take long.
    var poisonIDs = 0
    var blockedIDs = 0
    var worstIDs = 0
    var refusedIDs = 0
    var slowIDs = 0
    /// Ids that the API knows from elsewhere.
    var foreignIDs = 0
    /// Records come into the log during so much time.
    var production: Duration = .zero
    /// Until then things go wrong.
    var faultsEnd: Duration = .zero
    var faults = Faults()
    var outages = 0
    /// When ids stop failing by themselves; `nil` for never.
    ///
    /// Long enough to see that a command gives up; not for ever where several may be all that is left, since nothing
    /// tells them from an outage then.
    var poisonEnd: Duration?
    /// A span in which every command that would have succeeded is refused alike.
    var alikeRefusals: Range<Duration>?
    /// How often an effect takes seconds, from 0 to 1.
    var slowShare = 0.03
    /// One that is not left to chance.
    var certainOutage: SimulatedAPI.Outage?
    var rebalances = 0
    var kicks = 0
    var drains = 0
    var suspensions = 0
    /// Pauses of an id, of ids that begin alike, of a partition or of everything, for all workers.
    var pauses = 0
    /// Bytes of metadata that the brokers take beside an offset.
    var brokerMetadataLimit = 4_096
    /// When the topic of dead letters takes none.
    var letterOutage: Range<Duration>?
    /// Until when every customer of the first partition fails in passing, with a wait of a minute asked of it alone.
    var stuckUntil: Duration?
    /// How often the beginning of a log is deleted beyond what was read.
    var retentionJumps = 0
    /// Partitions that are deleted and made again, each at most once.
    var logRestarts = 0
    /// Changes of the live settings, each by chance.
    var reconfigurations = 0
    var core = WorkerSettings()

    /// A world that is drawn from a seed.
    init(random: inout SplitMix64) {
        self.core.live = LiveSettings(
            retry: RetryPolicy(
                initialInterval: .milliseconds(100),
                maximumInterval: .seconds(5),
                multiplier: 2,
                maximumElapsedTime: .seconds(Int.random(in: 5...60, using: &random)),
                maximumHold: .seconds(Int.random(in: 5...60, using: &random))
            ),
            requestLimit: .fixed(Int.random(in: 1...16, using: &random))
        )
        self.core.maximumInFlight = [1, 2, 5, 16, 64, 256].randomElement(using: &random) ?? 64
        self.core.maximumInFlightBytes = [200, 5_000, 1_000_000].randomElement(using: &random) ?? 5_000
        self.core.breaker = BreakerSettings(
            window: .seconds(Int.random(in: 1...20, using: &random)),
            failureRatio: Double.random(in: 0.2...1, using: &random),
            minimumRequests: Int.random(in: 1...20, using: &random),
            refusals: Int.random(in: 3...20, using: &random),
            probeWaits: .milliseconds(500) ... .seconds(10)
        )
        self.core.revocationBudget = .seconds(Int.random(in: 1...10, using: &random))
        self.core.deadLetterTopic = "dead"
        self.core.metadataLimit = [0, 23, 24, 34, 60, 4_096].randomElement(using: &random) ?? 4_096
        self.core.spillsSets = Bool.random(using: &random)
        self.core.maximumLedgerBatch = [1, 7, 2_000].randomElement(using: &random) ?? 2_000
        self.core.maximumCommitBatch = [1, 7, 5_000].randomElement(using: &random) ?? 5_000
        self.core.linger.pace = [.zero, WorkerSettings.pace, .milliseconds(40)].randomElement(using: &random) ?? .zero
        self.core.linger.smallBatch = [1, 5, 256].randomElement(using: &random) ?? 256
        self.guarantee = Double.random(in: 0...1, using: &random) < 0.75 ? .exactlyOnce : .atLeastOnce
        self.backend = Double.random(in: 0...1, using: &random) < 0.75 ? .remote : .local
        self.core.createsLocally = self.backend == .local
        self.workers = Int.random(in: 1...3, using: &random)
        self.partitions = Int.random(in: 1...4, using: &random)
        self.recordsPerPartition = Int.random(in: 1...60, using: &random)
        self.ids = Int.random(in: 1...80, using: &random)
        self.hotShare = Double.random(in: 0...0.5, using: &random)
        self.conflictShare = Double.random(in: 0...0.2, using: &random)
        self.invalidShare = Double.random(in: 0...0.2, using: &random)
        self.gapShare = Double.random(in: 0...0.5, using: &random)
        self.drawTrouble(using: &random)
        if Int.random(in: 0...3, using: &random) == 0 { self.core.live.requestLimit = .automatic }
        if Int.random(in: 0...3, using: &random) == 0 {
            self.core.live.rateLimit = [3, 20, 500].randomElement(using: &random)
        }
        self.reconfigurations = Int.random(in: 0...2, using: &random)
    }

    private mutating func drawTrouble(using random: inout SplitMix64) {
        self.poisonIDs = Int.random(in: 0...2, using: &random)
        self.blockedIDs = Int.random(in: 0...2, using: &random)
        self.worstIDs = Int.random(in: 0...1, using: &random)
        self.refusedIDs = Int.random(in: 0...2, using: &random)
        self.slowIDs = Int.random(in: 0...2, using: &random)
        self.foreignIDs = Int.random(in: 0...3, using: &random)
        self.production = .seconds([0, 0, 10, 60].randomElement(using: &random) ?? 0)
        self.faultsEnd = .seconds(Int.random(in: 0...90, using: &random))
        self.poisonEnd = self.faultsEnd + .seconds(300)
        if Int.random(in: 0...3, using: &random) == 0 {
            let start = self.faultsEnd * Double.random(in: 0...1, using: &random)
            self.alikeRefusals = start..<self.faultsEnd
        }
        // Each kind of fault is absent from about half of the worlds, so that a rare one is not hidden by a common one.
        func share(upTo bound: Double) -> Double {
            Bool.random(using: &random) ? Double.random(in: 0...bound, using: &random) : 0
        }
        self.faults.crash = share(upTo: 0.01)
        self.faults.store = share(upTo: 0.3)
        self.faults.publish = share(upTo: 0.4)
        self.faults.unknownOutcome = share(upTo: 0.2)
        self.faults.transient = share(upTo: 0.6)
        self.faults.lostAnswer = share(upTo: 0.3)
        self.faults.overload = share(upTo: 0.3)
        self.faults.longHold = share(upTo: 0.05)
        self.faults.ownHold = share(upTo: 0.2)
        self.faults.readCommitted = share(upTo: 0.5)
        self.logRestarts = Int.random(in: 0...3, using: &random) == 0 ? Int.random(in: 1...2, using: &random) : 0
        if Int.random(in: 0...3, using: &random) == 0 {
            self.brokerMetadataLimit = [40, 60, 200].randomElement(using: &random) ?? 200
        }
        if Int.random(in: 0...3, using: &random) == 0 {
            self.letterOutage = self.faultsEnd * Double.random(in: 0...1, using: &random)..<self.faultsEnd
        }
        self.outages = Int.random(in: 0...2, using: &random)
        self.rebalances = Bool.random(using: &random) ? Int.random(in: 0...12, using: &random) : 0
        self.kicks = Bool.random(using: &random) ? Int.random(in: 0...6, using: &random) : 0
        self.drains = Int.random(in: 0...2, using: &random)
        self.suspensions = Int.random(in: 0...2, using: &random)
        self.pauses = Int.random(in: 0...3, using: &random)
    }

    /// Makes this a world in which nothing is wrong but one long outage.
    mutating func becomeOutage(of kind: SimulatedAPI.Outage.Kind) {
        self.faults = Faults()
        self.logRestarts = 0
        self.letterOutage = nil
        self.faultsEnd = .seconds(190)
        (self.outages, self.rebalances, self.kicks, self.drains, self.suspensions, self.reconfigurations) =
            (0, 0, 0, 0, 0, 0)
        self.pauses = 0
        (self.poisonIDs, self.refusedIDs, self.slowIDs, self.foreignIDs) = (0, 0, 0, 0)
        (self.blockedIDs, self.worstIDs, self.alikeRefusals) = (0, 0, nil)
        (self.invalidShare, self.conflictShare, self.hotShare) = (0, 0, 0)
        self.backend = .remote
        self.core.createsLocally = false
        self.workers = 1
        (self.partitions, self.recordsPerPartition, self.ids) = (3, 60, 1_000)
        self.production = .seconds(150)
        self.certainOutage = SimulatedAPI.Outage(span: .seconds(10)..<Duration.seconds(190), kind: kind)
        self.core.live.requestLimit = .fixed(16)
        self.core.live.rateLimit = nil
        self.core.maximumInFlight = 256
        self.core.maximumInFlightBytes = 1_000_000
        self.core.breaker = BreakerSettings(minimumRequests: 10)
        self.core.live.retry.maximumElapsedTime = .seconds(35)
    }
}
