import CustomerContract
import Kafka
import Records

@testable import CommandWorker

/// One process that runs a core: its loop, its consumer, and nothing that survives it.
final class SimulatedWorker {
    unowned let simulation: Simulation
    let slot: Int
    var core: WorkerCore
    var member = 0
    private(set) var isAlive = true
    /// External ids with a request under way.
    var requesting: Set<ExternalID> = []
    /// When each request went, since the rate was set last.
    var sentTimes: [Duration] = []
    /// The wait that the API asked for.
    var hold = Hold()
    /// Whose fault failures were, as the API knows it.
    var fairness = SimulatedFairness()
    /// The command that the first probe was of, for a worker that probes with no other.
    var probed: CreateCustomerCommand?

    /// No request may go before the end, but for one after the half.
    struct Hold {
        var half: Duration = .zero
        var end: Duration = .zero
        var isProbed = false
    }

    private var inbox: [(inout WorkerCore, Moment) -> Void] = []
    private var isAwake = false
    private var alarm: Duration?
    /// The highest limit on requests so far, before the one in force.
    private var limitBefore = 0
    /// Since when requests are stopped while commands wait.
    private var stoppedSince: Duration?

    // What librdkafka holds.
    var events: [ConsumerEvent] = []
    var unanswered: ConsumerEvent?
    var held: Set<TopicPartition> = []
    /// How often the logs had begun anew when they were looked at.
    var readEpochs: [TopicPartition: Int] = [:]
    var positions: [TopicPartition: Int] = [:]
    var paused: Set<TopicPartition> = []
    var hasLost = false

    init(_ simulation: Simulation, slot: Int) {
        self.simulation = simulation
        self.slot = slot
        self.core = WorkerCore(settings: simulation.profile.core, seed: simulation.next())
        simulation.group.join(self)
    }

    // MARK: The loop

    /// Brings an answer to the loop.
    func post(_ message: @escaping (inout WorkerCore, Moment) -> Void) {
        guard self.isAlive else { return }
        self.inbox.append(message)
        self.ring()
    }

    func ring() {
        guard self.isAlive, !self.isAwake else { return }
        self.isAwake = true
        self.simulation.after(self.simulation.delay(.zero ... .milliseconds(2))) { [weak self] in self?.step() }
    }

    private func step() {
        self.isAwake = false
        guard self.isAlive else { return }
        let now = self.simulation.moment
        let messages = self.inbox
        self.inbox = []
        for message in messages { message(&self.core, now) }
        let limit = self.core.pollLimit(at: now)
        for event in limit > 0 ? self.poll(limit) : [] { self.receive(event, at: now) }
        let actions = self.core.takeActions(at: now)
        for action in actions {
            if self.simulation.crashes() { return self.simulation.crash(self) }
            self.perform(action, at: now)
        }
        self.checkBounds(at: now)
        if self.core.isDrained { return self.simulation.stopped(self) }
        if self.core.pollLimit(at: now) > 0, !self.events.isEmpty || !self.readable.isEmpty { self.ring() }
        if let due = self.core.nextDeadline(at: now), self.alarm.map({ due < $0 || $0 <= now.uptime }) ?? true {
            self.alarm = due
            self.simulation.at(due) { [weak self] in self?.ring() }
        }
    }

    private func receive(_ event: ConsumerEvent, at now: Moment) {
        self.simulation.trace("worker \(self.slot) member \(self.member) polls \(event.described)")
        switch event {
        case .record(let record):
            self.core.received(record, decode: self.simulation.decode, at: now)
        case .assigned(let partitions):
            self.core.partitionsAssigned(partitions)
        case .revoked(let partitions):
            self.core.partitionsRevoked(partitions, at: now)
        case .lost(let partitions):
            self.core.partitionsLost(partitions)
        case .failed, .statistics:
            break
        }
    }

    private func checkBounds(at now: Moment) {
        let settings = self.core.settings
        if let due = self.core.nextDeadline(at: now), due <= now.uptime,
            self.core.pollLimit(at: now) == 0 || self.events.isEmpty
        {
            self.simulation.complain("a deadline that has passed keeps the worker awake")
        }
        self.checkPause(at: now.uptime)
        let mostInFlight = settings.maximumInFlight + Intake.probeReserve
        if self.core.lanes.count > mostInFlight { self.simulation.complain("more in flight than allowed") }
        // A probe goes even when every place is taken; a limit that was lowered is reached as requests end.
        if case .fixed(let limit) = settings.live.requestLimit,
            self.core.requests.slotCount > max(limit, self.limitBefore) + 1
        {
            self.simulation.complain("more requests than allowed")
        }
        if self.core.requests.slotCount < 0 || self.core.requests.slotCount > self.core.requests.count {
            self.simulation.complain("\(self.core.requests.slotCount) of \(self.core.requests.count) requests count")
        }
        if self.core.requests.backingOffCount > mostInFlight * 4 {
            self.simulation.complain("stale back-offs pile up")
        }
        if self.core.requests.waitingCount > mostInFlight * 4 {
            self.simulation.complain("stale tickets pile up")
        }
    }

    /// Every pause ends by itself once faults are over.
    private func checkPause(at now: Duration) {
        guard case .backend? = self.core.intakeBlock, self.core.lanes.count > 0 else {
            self.stoppedSince = nil
            return
        }
        let since = self.stoppedSince ?? now
        self.stoppedSince = since
        guard let calm = self.simulation.profile.calm, now > max(since, calm) + self.simulation.profile.longestPause
        else { return }
        self.simulation.complain("requests are stopped since \(since), long after everything works")
    }

    /// Puts other live settings in force.
    func reconfigure(_ live: LiveSettings) {
        self.post { core, now in
            if case .fixed(let limit) = core.settings.live.requestLimit {
                self.limitBefore = max(self.limitBefore, limit)
            }
            self.limitBefore = max(self.limitBefore, core.requests.slotCount)
            if live.rateLimit != core.settings.live.rateLimit { self.sentTimes = [] }
            // Other settings end a hold.
            self.hold = Hold()
            core.reconfigure(live, at: now)
        }
    }

    func die() {
        self.isAlive = false
        self.simulation.group.remove(self)
    }
}
