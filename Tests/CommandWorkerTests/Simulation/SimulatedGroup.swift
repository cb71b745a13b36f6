import Kafka
import Records

@testable import CommandWorker

/// The consumer group's coordinator: one owner for each partition, revocations that are waited for, members thrown out.
///
/// As in Kafka, offsets are taken from any current member in its current generation, whoever owns the partition.
final class SimulatedGroup {
    private unowned let simulation: Simulation
    private(set) var owners: [TopicPartition: Int] = [:]
    private var generations: [Int: Int] = [:]
    private var members: [Int: SimulatedWorker] = [:]
    private var nextMember = 0

    init(_ simulation: Simulation) {
        self.simulation = simulation
    }

    /// What a member shows with its offsets.
    struct Credentials: Equatable {
        let member: Int
        let generation: Int
    }

    func credentials(of member: Int) -> Credentials {
        Credentials(member: member, generation: self.generations[member] ?? -1)
    }

    func accepts(_ credentials: Credentials) -> Bool {
        self.generations[credentials.member] == credentials.generation
    }

    func join(_ worker: SimulatedWorker) {
        self.nextMember += 1
        worker.member = self.nextMember
        self.generations[worker.member] = 0
        self.members[worker.member] = worker
        self.scheduleAssignment()
    }

    /// A member is gone: it left, it died, or it was thrown out.
    func remove(_ worker: SimulatedWorker) {
        self.generations[worker.member] = nil
        self.members[worker.member] = nil
        for (partition, owner) in self.owners where owner == worker.member { self.owners[partition] = nil }
        self.scheduleAssignment()
    }

    /// A member gave partitions back, and joins again for the next generation.
    func released(_ partitions: [TopicPartition], by worker: SimulatedWorker) {
        guard let generation = self.generations[worker.member] else { return }
        self.generations[worker.member] = generation + 1
        for partition in partitions where self.owners[partition] == worker.member { self.owners[partition] = nil }
        self.scheduleAssignment()
    }

    func isMember(_ worker: SimulatedWorker) -> Bool { self.members[worker.member] != nil }

    /// Moves partitions between members, if the last rebalance is over.
    func rebalance() {
        guard self.members.values.allSatisfy(\.isIdle), !self.owners.isEmpty else { return }
        let takesAll = self.simulation.chance(0.3)
        for member in self.members.keys.sorted() {
            let moving = self.owned(by: member).filter { _ in takesAll || self.simulation.chance(0.5) }
            if !moving.isEmpty { self.members[member]?.push(.revoked(moving)) }
        }
    }

    func scheduleAssignment() {
        self.simulation.after(self.simulation.delay(.milliseconds(1) ... .seconds(3))) { [unowned self] in
            self.assignFree()
        }
    }

    private func assignFree() {
        let free = self.simulation.log.names.filter { self.owners[$0] == nil }
        guard !free.isEmpty, !self.members.isEmpty else { return }
        let ready = self.members.filter { $0.value.isIdle }.keys.sorted()
        guard !ready.isEmpty else { return self.scheduleAssignment() }
        var given: [Int: [TopicPartition]] = [:]
        for partition in free {
            guard let member = self.simulation.pick(ready) else { continue }
            self.owners[partition] = member
            given[member, default: []].append(partition)
        }
        // Everybody hears of a new generation, those that get nothing new too, and whoever does not answer is left out.
        for member in ready { self.members[member]?.push(.assigned(given[member] ?? [])) }
    }

    private func owned(by member: Int) -> [TopicPartition] {
        self.owners.filter { $0.value == member }.keys.sorted()
    }
}
