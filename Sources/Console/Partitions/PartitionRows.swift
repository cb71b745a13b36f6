import CustomerContract
import JSON
import Ledger
import Operations
import Records

/// The rows of the partitions' page, from what the workers say.
enum PartitionRows {
    /// A row for each partition of each worker that answers, the largest lag first.
    static func partitions(_ view: FleetView) -> [Content] {
        let held = view.workers.flatMap { worker in
            (worker.status?.objects("partitions") ?? []).map { (worker, $0) }
        }
        let largest = held.compactMap { $0.1.double("lag") }.max() ?? 0
        let sorted = held.sorted { left, right in
            let (one, other) = (left.1.double("lag") ?? -1, right.1.double("lag") ?? -1)
            guard one == other else { return one > other }
            return (left.1.double("partition") ?? 0) < (right.1.double("partition") ?? 0)
        }
        return sorted.map { worker, partition in
            let lag = partition.double("lag")
            let isPaused = partition.isTrue("paused")
            let isOverShare = partition.isTrue("over_share")
            return [
                "topic": partition.string("topic"), "partition": partition.spelling("partition"),
                "lag": Figures.count(lag), "committed": Figures.count(partition.double("committed")),
                "logEnd": Figures.count(partition.double("log_end")),
                "incomplete": Figures.count(partition.double("incomplete")), "holder": "\(worker.address)",
                "kind": isPaused || isOverShare ? "warn" : nil, "paused": isPaused, "overShare": isOverShare,
                "share": largest > 0 ? Int(((lag ?? 0) / largest * 100).rounded()) : 0,
            ]
        }
    }

    /// A row for each command that has been in flight longest or is retried, of all workers, the oldest first.
    static func lanes(_ answers: [(worker: String, slowest: [JSONObject])], at now: UnixMilliseconds) -> [Content] {
        let commands = answers.flatMap { answer in answer.slowest.map { (answer.worker, $0) } }
            .filter { Self.isWorthARow($0.1) }
            .sorted { ($0.1.double("age_seconds") ?? 0) > ($1.1.double("age_seconds") ?? 0) }
        return commands.prefix(LaneWatch.most).map { worker, command in
            let id = command.string("external_id")
            let attempts = command.double("attempts") ?? 0
            let next = command.string("next_attempt").flatMap { UnixMilliseconds(parsing: $0) }
            return [
                "externalID": id ?? "no external_id",
                "href": Form.search(for: id ?? command.string("position") ?? ""),
                "stage": command.string("waits_for"), "age": Figures.time(command.double("age_seconds")),
                "attempts": Figures.count(attempts), "next": next.map { Figures.ago($0, now: now) }, "worker": worker,
                "position": command.string("position"), "kind": attempts > 1 ? "warn" : nil,
            ]
        }
    }

    /// One that has just come is neither slow nor retried.
    private static func isWorthARow(_ command: JSONObject) -> Bool {
        (command.double("age_seconds") ?? 0) >= 1 || (command.double("attempts") ?? 0) > 1
            || command["stage"] == .string("paused")
    }

    /// A row for each pause that the workers or the ledger know.
    static func pauses(_ pauses: [Pause], at now: UnixMilliseconds) -> [Content] {
        pauses.map { pause in
            let (kind, value) = pause.scope.parts
            return [
                "scope": Self.words(pause.scope), "kind": kind, "value": value,
                "reason": pause.reason.isEmpty ? nil : pause.reason, "by": pause.author,
                "since": Figures.moment(pause.beganAt, now: now),
                "until": pause.endsAt.map { Figures.moment($0, now: now) },
            ]
        }
    }

    /// What a pause stops, in words.
    static func words(_ scope: Pause.Scope) -> String {
        switch scope {
        case .all: "all commands"
        case .partition(let number): "partition \(number)"
        case .externalID(let id): "external_id \(id.text)"
        case .externalIDPrefix(let prefix): "every external_id that begins with \(prefix)"
        }
    }
}
