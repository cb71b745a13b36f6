import CustomerContract
import Ledger
import Records

/// What operators have paused, as far as it is in effect now.
///
/// Invariants:
/// 1. A pause of everything stops the intake; one of a partition pauses that partition; one of an external_id keeps the
///    first command of its lane from starting. What has started runs to its end.
/// 2. A pause ends at its time although nothing happens: ``due(at:wall:)`` is a deadline of the core.
struct OperatorPauses: Sendable {
    /// Those that are in effect, the oldest first.
    private(set) var current: [Pause] = []
    /// The numbers of paused partitions.
    private var partitions: Set<Int32> = []
    /// The paused external ids.
    private(set) var ids = PausedIDs()

    /// The pause of all commands.
    var ofAll: Pause? { self.current.first { $0.scope == .all } }

    /// Takes what is kept now; those that are over are left out.
    mutating func set(_ pauses: [Pause], at now: UnixMilliseconds) {
        self.current = pauses.filter { !$0.isOver(at: now) }
        self.partitions = []
        self.ids = PausedIDs()
        for pause in self.current {
            switch pause.scope {
            case .all: break
            case .partition(let number): self.partitions.insert(number)
            case .externalID, .externalIDPrefix: self.ids.add(pause)
            }
        }
    }

    /// Ends those that are over; returns whether there were any.
    mutating func advance(at now: UnixMilliseconds) -> Bool {
        guard self.current.contains(where: { $0.isOver(at: now) }) else { return false }
        self.set(self.current, at: now)
        return true
    }

    /// When the next one ends; `nil` when none does by itself.
    func due(at now: Duration, wall: UnixMilliseconds) -> Duration? {
        let next = self.current.compactMap(\.endsAt).min { $0.value < $1.value }
        return next.map { now + .milliseconds(max(0, $0.milliseconds(since: wall))) }
    }

    /// Those of some partitions that are paused.
    func paused(of partitions: some Sequence<TopicPartition>) -> Set<TopicPartition> {
        guard !self.partitions.isEmpty else { return [] }
        return Set(partitions.filter { self.partitions.contains($0.partition) })
    }
}

/// The external ids whose commands do not start.
struct PausedIDs: Sendable, Equatable {
    private var exact: [ExternalID: Pause] = [:]
    private var prefixes: [Pause] = []

    var isEmpty: Bool { self.exact.isEmpty && self.prefixes.isEmpty }

    /// Adds a pause of an external_id or of a prefix; others change nothing.
    mutating func add(_ pause: Pause) {
        switch pause.scope {
        case .all, .partition: break
        case .externalID(let id): self.exact[id] = pause
        case .externalIDPrefix: self.prefixes.append(pause)
        }
    }

    /// The pause that holds an external_id back.
    func pause(of id: ExternalID) -> Pause? {
        self.exact[id]
            ?? self.prefixes.first { pause in
                if case .externalIDPrefix(let prefix) = pause.scope {
                    id.text.utf8.starts(with: prefix.utf8)
                } else {
                    false
                }
            }
    }
}
