import CustomerContract
import JSON
import Ledger
import Operations
import Records

/// The rows of the partitions' page, from what the workers say.
enum PartitionRows {
    /// A row for each partition of each worker that answers, the largest lag first.
    static func partitions(_ view: FleetView) -> [[String: Any]] {
        let held = view.workers.flatMap { worker in
            (worker.status?["partitions"]?.arrayValue ?? []).compactMap(\.objectValue).map { (worker, $0) }
        }
        let largest = held.compactMap { Self.number($0.1, "lag") }.max() ?? 0
        let sorted = held.sorted { left, right in
            let (one, other) = (Self.number(left.1, "lag") ?? -1, Self.number(right.1, "lag") ?? -1)
            guard one == other else { return one > other }
            return (Self.number(left.1, "partition") ?? 0) < (Self.number(right.1, "partition") ?? 0)
        }
        return sorted.map { worker, partition in
            let lag = Self.number(partition, "lag")
            let isPaused = partition["paused"] == .bool(true)
            let isOverShare = partition["over_share"] == .bool(true)
            let row: [String: Any?] = [
                "topic": partition["topic"]?.stringValue, "partition": partition.spelling("partition"),
                "lag": Figures.count(lag), "committed": Figures.count(Self.number(partition, "committed")),
                "logEnd": Figures.count(Self.number(partition, "log_end")),
                "incomplete": Figures.count(Self.number(partition, "incomplete")), "holder": "\(worker.address)",
                "kind": isPaused || isOverShare ? "warn" : nil,
            ]
            return row.compactMapValues(\.self).merging([
                "share": largest > 0 ? Int(((lag ?? 0) / largest * 100).rounded()) : 0, "paused": isPaused,
                "overShare": isOverShare,
            ]) { $1 }
        }
    }

    /// A row for each command that has been in flight longest or is retried, of all workers, the oldest first.
    static func lanes(_ answers: [(worker: String, slowest: [JSONObject])], at now: UnixMilliseconds) -> [[String: Any]]
    {
        let commands = answers.flatMap { answer in answer.slowest.map { (answer.worker, $0) } }
            .filter { Self.isWorthARow($0.1) }
            .sorted { (Self.number($0.1, "age_seconds") ?? 0) > (Self.number($1.1, "age_seconds") ?? 0) }
        return commands.prefix(LaneWatch.most).map { worker, command in
            let id = command["external_id"]?.stringValue
            let attempts = Self.number(command, "attempts") ?? 0
            let next = command["next_attempt"]?.stringValue.flatMap { UnixMilliseconds(parsing: $0) }
            let row: [String: Any?] = [
                "externalID": id ?? "no external_id",
                "href": "/search?q=" + Form.encoded(id ?? command["position"]?.stringValue ?? ""),
                "stage": command["waits_for"]?.stringValue, "age": Figures.time(Self.number(command, "age_seconds")),
                "attempts": Figures.count(attempts), "next": next.map { Figures.ago($0, now: now) }, "worker": worker,
                "position": command["position"]?.stringValue, "kind": attempts > 1 ? "warn" : nil,
            ]
            return row.compactMapValues(\.self)
        }
    }

    /// One that has just come is neither slow nor retried.
    private static func isWorthARow(_ command: JSONObject) -> Bool {
        (Self.number(command, "age_seconds") ?? 0) >= 1 || (Self.number(command, "attempts") ?? 0) > 1
            || command["stage"] == .string("paused")
    }

    /// A row for each pause that the workers or the ledger know.
    static func pauses(_ pauses: [Pause], at now: UnixMilliseconds) -> [[String: Any]] {
        pauses.map { pause in
            let (kind, value) = pause.scope.parts
            let row: [String: Any?] = [
                "scope": Self.words(pause.scope), "kind": kind, "value": value,
                "reason": pause.reason.isEmpty ? nil : pause.reason, "by": pause.author,
                "since": Figures.moment(pause.beganAt, now: now),
                "until": pause.endsAt.map { Figures.moment($0, now: now) },
            ]
            return row.compactMapValues(\.self)
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

    private static func number(_ object: JSONObject, _ name: String) -> Double? {
        object.spelling(name).flatMap { Double($0) }
    }
}
