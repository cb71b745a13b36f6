import CustomerContract
import Foundation
import Kafka
import Ledger
import Records
import Topics

@testable import CommandWorker

/// A world of one thread and a virtual clock that runs whole workers against everything that can go wrong, and looks
/// for what must never be.
///
/// The same seed makes the same world and the same run.
final class Simulation {
    let seed: UInt64
    let profile: SimulationProfile
    let sabotage: Sabotage?
    private(set) var log: SimulatedLog
    var random: SplitMix64
    var broker: SimulatedBroker
    var ledger = SimulatedLedger()
    var api: SimulatedAPI
    private(set) lazy var group = SimulatedGroup(self)

    private var queue = EventQueue()
    private var workers: [Int: SimulatedWorker] = [:]
    private var seen: [TopicPartition: Int64] = [:]
    private var complaint: String?
    /// Processes that were started.
    private(set) var incarnations = 0
    /// How often a process stopped the requests of all commands.
    var outages = 0
    /// What the counters of the ended ones said at last.
    private var ended: [WorkerCounters] = []

    init(seed: UInt64, sabotage: Sabotage? = nil, _ adjust: (inout SimulationProfile) -> Void = { _ in }) {
        self.seed = seed
        self.sabotage = sabotage
        var random = SplitMix64(seed: seed)
        var profile = SimulationProfile(random: &random)
        adjust(&profile)
        self.profile = profile
        self.log = SimulatedLog(profile, random: &random)
        self.broker = SimulatedBroker(
            log: self.log,
            guarantee: profile.guarantee,
            metadataLimit: min(profile.core.metadataLimit, profile.brokerMetadataLimit)
        )
        self.api = SimulatedAPI(profile, random: &random)
        self.ledger.isForgetful = sabotage == .forgetsSuccesses
        self.ledger.hasOneSlot = sabotage == .keepsOneSet
        self.random = random
    }

    /// Runs until everything has ended; what was wrong, or `nil`.
    func run() -> String? {
        for slot in 0..<self.profile.workers { self.start(slot) }
        self.scheduleTrouble()
        if self.profile.retentionJumps > 0 || self.profile.gapShare > 0.4 { self.tellStarts() }
        for partition in self.log.names {
            for command in self.log.partitions[partition] ?? [] where command.visibleFrom > .zero {
                self.at(command.visibleFrom) { [unowned self] in self.ringAll() }
            }
        }
        var quietUntil: Duration?
        var steps = 0
        while let event = self.queue.next() {
            event()
            steps += 1
            if let violation = self.complaint ?? self.broker.violation { return violation }
            if let quietUntil {
                // What old processes left behind may still come in, and must change nothing.
                if self.now > quietUntil { break }
            } else if self.broker.isAtEnd, self.now >= self.profile.faultsEnd {
                quietUntil = self.now + .seconds(120)
            }
            if steps > 400_000 { return "it never becomes quiet: \(self.remains)" }
        }
        guard self.broker.isAtEnd else { return "nothing more happens: \(self.remains)" }
        return SimulationVerdict(self).violation
    }

    // MARK: Time and chance

    var now: Duration { self.queue.now }

    var moment: Moment {
        Moment(uptime: self.now, wall: UnixMilliseconds(1_800_000_000_000 + self.now.components.seconds * 1_000))
    }

    func at(_ time: Duration, _ body: @escaping () -> Void) { self.queue.schedule(at: time, body) }

    func after(_ wait: Duration, _ body: @escaping () -> Void) { self.queue.schedule(at: self.now + wait, body) }

    func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self.random) < probability }

    /// Whether a fault strikes now.
    func hits(_ fault: KeyPath<SimulationProfile.Faults, Double>) -> Bool {
        let probability = self.profile.faults[keyPath: fault]
        return probability > 0 && self.now < self.profile.faultsEnd && self.chance(probability)
    }

    func crashes() -> Bool { self.hits(\.crash) }

    func delay(_ range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double.random(in: 0...1, using: &self.random)
    }

    /// How long an effect takes: mostly moments, sometimes seconds.
    func pace() -> Duration {
        self.chance(self.profile.slowShare)
            ? self.delay(.zero ... .seconds(8)) : self.delay(.zero ... .milliseconds(40))
    }

    func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &self.random) }

    func next() -> UInt64 { self.random.next() }

    /// Says what happens, for whoever looks at one seed.
    func trace(_ text: @autoclosure () -> String) {
        if Self.isTraced { print("\(self.now)", text()) }
    }

    private static let isTraced = ProcessInfo.processInfo.environment["SIMULATION_TRACE"] != nil

    func complain(_ text: String) { self.complaint = self.complaint ?? text }

    // MARK: Processes

    private func start(_ slot: Int) {
        self.incarnations += 1
        let worker = SimulatedWorker(self, slot: slot)
        self.workers[slot] = worker
        self.trace("worker \(slot) starts as member \(worker.member)")
        let pauses = self.pauses
        worker.post { core, now in core.pause(pauses, at: now) }
        worker.ring()
    }

    func crash(_ worker: SimulatedWorker) { self.stopped(worker) }

    /// A process has ended; the service manager starts another one.
    func stopped(_ worker: SimulatedWorker) {
        self.trace("worker \(worker.slot) ends\(worker.core.isDrained ? ", drained" : "")")
        worker.die()
        self.ended.append(worker.core.counters)
        self.after(self.delay(.milliseconds(50) ... .seconds(5))) { [unowned self] in self.start(worker.slot) }
    }

    private func ringAll() {
        for slot in self.workers.keys.sorted() { self.workers[slot]?.ring() }
    }

    private func scheduleTrouble() {
        func scatter(_ count: Int, _ body: @escaping (SimulatedWorker) -> Void) {
            for _ in 0..<count {
                self.at(self.profile.faultsEnd * Double.random(in: 0...1, using: &self.random)) { [unowned self] in
                    if let slot = self.pick(self.workers.keys.sorted()), let worker = self.workers[slot] {
                        body(worker)
                    }
                }
            }
        }
        scatter(self.profile.rebalances) { [unowned self] _ in self.group.rebalance() }
        scatter(self.profile.kicks) { [unowned self] worker in
            guard worker.isAlive, self.group.isMember(worker) else { return }
            self.group.remove(worker)
            self.after(self.delay(.zero ... .seconds(10))) { worker.learnsLoss() }
        }
        scatter(self.profile.drains) { [unowned self] worker in
            let budget = self.delay(.milliseconds(1) ... .seconds(20))
            worker.post { core, now in core.drain(until: now.uptime + budget) }
        }
        scatter(self.profile.reconfigurations) { [unowned self] worker in
            worker.reconfigure(
                LiveSettings(
                    retry: RetryPolicy(
                        initialInterval: .milliseconds(Int.random(in: 1...500, using: &self.random)),
                        maximumInterval: .seconds(5),
                        maximumElapsedTime: .seconds(Int.random(in: 5...60, using: &self.random)),
                        maximumHold: .seconds(Int.random(in: 5...60, using: &self.random))
                    ),
                    requestLimit: self.chance(0.3) ? .automatic : .fixed(Int.random(in: 1...16, using: &self.random)),
                    rateLimit: self.chance(0.5) ? nil : [3, 20, 500].randomElement(using: &self.random)
                )
            )
        }
        scatter(self.profile.logRestarts) { [unowned self] _ in self.restartLog() }
        scatter(self.profile.retentionJumps) { [unowned self] worker in self.deleteUnread(worker) }
        scatter(self.profile.pauses) { [unowned self] _ in self.pause() }
        scatter(self.profile.suspensions) { [unowned self] worker in
            worker.post { core, _ in core.suspendIntake() }
            self.after(self.delay(.zero ... .seconds(20))) { worker.post { core, _ in core.resumeIntake() } }
        }
    }

    /// What operators have paused.
    private var pauses: [Pause] = []
    /// How often a worker kept a command from starting for it, as seen when the pause ended.
    private(set) var heldByPauses = 0

    /// An operator pauses something, and resumes it if it does not end by itself.
    private func pause() {
        let scope = self.pick([
            Pause.Scope.all, .partition(Int32.random(in: 0..<Int32(self.profile.partitions), using: &self.random)),
            .externalID(SimulatedLog.id(Int.random(in: 0..<self.profile.ids, using: &self.random))),
            .externalIDPrefix(SimulatedLog.id(Int.random(in: 0...9, using: &self.random)).text),
        ])
        let time = self.delay(.zero ... .seconds(30))
        let pause = Pause(
            group: "workers",
            scope: scope ?? .all,
            reason: "",
            author: "",
            beganAt: self.moment.wall,
            endsAt: self.chance(0.5) ? self.moment.wall.advanced(by: time) : nil
        )
        self.pauses.append(pause)
        self.obey(self.pauses)
        // One that ends by itself is forgotten later; a worker that has not noticed would wait until then.
        self.after(pause.endsAt == nil ? time : .seconds(1_000)) { [unowned self] in
            self.heldByPauses +=
                self.workers.values.filter { worker in
                    worker.core.lanes.contains { $0.stage == .paused }
                }.count
            self.pauses.removeAll { $0 == pause }
            self.obey(self.pauses)
        }
    }

    private func obey(_ pauses: [Pause]) {
        for slot in self.workers.keys.sorted() {
            self.workers[slot]?.post { core, now in core.pause(pauses, at: now) }
        }
    }

    /// Records that were deleted before they were read.
    private(set) var deletedCount = 0

    /// Offsets below the logs' starts that never had a record.
    var holeCount: Int {
        self.log.starts.reduce(0) { sum, start in
            let offsets = (self.log.partitions[start.key] ?? []).map(\.record.offset).filter { $0 < start.value }
            return sum + (offsets.first.map { Int(start.value - $0) - offsets.count } ?? 0)
        }
    }

    /// The beginning of a log is deleted, some records beyond what a worker has read; some seconds later its client
    /// learns where the log starts.
    private func deleteUnread(_ worker: SimulatedWorker) {
        // Before the first record nothing tells where reading would have begun.
        guard let name = self.pick(worker.positions.keys.sorted()), let position = worker.positions[name], position > 0,
            let commands = self.log.partitions[name]
        else { return }
        let visible = commands.filter { $0.visibleFrom <= self.now }
        guard position + 1 < visible.count else { return }
        let first = min(position + Int.random(in: 1...20, using: &self.random), visible.count - 1)
        let start = commands[first].record.offset
        guard commands[position].record.offset >= self.log.starts[name] ?? .min else { return }
        self.deletedCount += first - position
        self.trace("\(name) is deleted below \(start)")
        self.log.delete(name, below: start)
        self.broker.log = self.log
        for slot in self.workers.keys.sorted() { self.workers[slot]?.ring() }
    }

    /// Each client learns where its logs start, as it does every few seconds.
    private func tellStarts() {
        let starts = Dictionary(
            uniqueKeysWithValues: self.log.names.compactMap { name in
                self.log.partitions[name]?.first.map { (name, self.log.starts[name] ?? $0.record.offset) }
            }
        )
        for slot in self.workers.keys.sorted() {
            self.workers[slot]?.post { core, _ in core.logsStart(starts) }
        }
        guard !self.broker.isAtEnd || self.now < self.profile.faultsEnd else { return }
        self.after(.seconds(5)) { [unowned self] in self.tellStarts() }
    }

    /// A partition is deleted and made again.
    ///
    /// One whose committed offset says which log it belongs to: before the first record of a partition is complete
    /// nothing tells.
    private func restartLog() {
        let partitions = self.log.names.filter { name in
            guard self.log.epochs[name] == nil, let committed = self.broker.committed[name],
                let offset = committed.offset
            else { return false }
            return OffsetMetadata.fingerprint(committed.metadata, at: offset) != nil
        }
        guard let name = self.pick(partitions) else { return }
        self.trace("\(name) begins anew")
        self.log.restart(name, at: self.now, self.profile, random: &self.random)
        self.broker.log = self.log
        self.seen[name] = nil
        for command in self.log.partitions[name] ?? [] {
            self.at(command.visibleFrom) { [unowned self] in self.ringAll() }
        }
        for slot in self.workers.keys.sorted() { self.workers[slot]?.logRestarted(name) }
    }

    // MARK: The brokers, as far as sabotage lets them be

    func decode(_ record: KafkaRecord) -> DecodedCommand {
        self.seen[record.topicPartition] = max(self.seen[record.topicPartition] ?? 0, record.offset + 1)
        let decoded = SimulatedLog.reader.read(record)
        return self.sabotage?.lane(of: decoded) ?? decoded
    }

    /// How long the results of commands took that are in none of these partitions and did not fail.
    func longestWait(besides name: TopicPartition? = nil) -> Duration {
        var longest: Duration = .zero
        for command in self.log.byEventID.values where command.record.topicPartition != name {
            guard let result = self.broker.results[command.eventID], case .created = result.outcome else { continue }
            longest = max(longest, result.at - command.visibleFrom)
        }
        return longest
    }

    /// Ends a transaction: results and offsets at once.
    func commit(_ batch: CommitBatch) {
        self.trace("commit \(batch.results.map { "\($0.context.message.position)" }) \(batch.offsets.map(\.described))")
        let results = self.sabotage?.results(batch.results) { self.chance($0) } ?? batch.results
        self.broker.append(results, at: self.now)
        if self.sabotage == .splitsTransaction, self.chance(0.1) { return }
        self.broker.commit(self.sabotage?.offsets(batch.offsets) { self.seen[$0] } ?? batch.offsets, self.spilledSet)
    }

    /// What the ledger keeps for a committed offset.
    func spilledSet(of committed: PartitionOffset) -> [UInt8]? {
        committed.offset.flatMap { OffsetMetadata.place(committed.metadata, at: $0) }
            .flatMap { self.ledger.spilledSet(of: committed.topicPartition, at: $0) }
    }

    func committed(of partition: TopicPartition) -> PartitionOffset {
        let none = PartitionOffset(partition, offset: nil)
        return self.sabotage == .ignoresCommittedOffsets ? none : self.broker.committed[partition] ?? none
    }

    /// The counters of every process.
    var counters: [WorkerCounters] { self.ended + self.workers.values.filter(\.isAlive).map(\.core.counters) }

    private var remains: String {
        let partitions = self.log.names.map { name in
            "\(name) at \(self.broker.committed[name]?.offset.map(String.init) ?? "none") of "
                + "\(self.log.end(of: name) ?? 0)"
        }
        let workers = self.workers.sorted { $0.key < $1.key }.map { slot, worker in
            "worker \(slot) \(worker.isAlive ? "alive" : "dead"), block \(worker.core.intakeBlock?.reason ?? "none"), "
                + "in flight \(worker.core.lanes.count), partitions \(worker.core.partitions.held.keys.sorted())"
        }
        return (partitions + workers).joined(separator: "; ") + "; at \(self.now)"
    }
}

extension Simulation {
    /// The seeds that the environment asks for, or from 1 on as many as are usual.
    ///
    /// - Parameter most: no more than this, whatever it asks for.
    static func seeds(_ usual: UInt64, atMost most: UInt64 = .max) -> Range<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["SIMULATION_FIRST_SEED"].flatMap(UInt64.init) ?? 1
        return first..<first + min(environment["SIMULATION_SEEDS"].flatMap(UInt64.init) ?? usual, most)
    }
}
