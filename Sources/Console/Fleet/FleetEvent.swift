import JSON
import Operations
import Records

/// Something that happened to a worker, as the time line has it.
struct FleetEvent: Sendable, Equatable {
    /// The kinds, by the name that the page marks them with.
    enum Kind: String, Sendable {
        case deploy
        case restart
        /// No answer any more, or one again.
        case contact
        /// A reason for not being ready began or ended: the breaker, a trickle, brokers that do not answer, …
        case readiness
        case reload
        case rebalance
        case pause
    }

    let kind: Kind
    let text: String
    let isBad: Bool
    /// The worker's admin endpoint.
    let worker: String
    /// When it was seen, up to two seconds later than it happened.
    let at: UnixMilliseconds
}

extension FleetEvent {
    /// What happened between two answers of a worker; nothing for its first one.
    static func between(_ before: FleetView.Worker, _ after: FleetView.Worker, at now: UnixMilliseconds) -> [FleetEvent]
    {
        guard before.status != nil || before.silence != nil else { return [] }
        let worker = "\(after.address)"
        func event(_ kind: Kind, _ text: String, isBad: Bool = false) -> FleetEvent {
            FleetEvent(kind: kind, text: text, isBad: isBad, worker: worker, at: now)
        }
        guard let status = after.status else {
            return before.status == nil
                ? [] : [event(.contact, "No answer: \(after.silence ?? "unknown")", isBad: true)]
        }
        var events = before.status == nil ? [event(.contact, "Answers again")] : []
        // Most workers are silent for a while when they restart: the answer before that is what is compared.
        guard let old = before.status ?? before.lastStatus else { return events }
        if old["version"] != status["version"] {
            let (before, after) = (old.string("version") ?? "-", status.string("version") ?? "-")
            events.append(event(.deploy, "Version \(after), after \(before)"))
        }
        if old["pid"] != status["pid"] {
            events.append(event(.restart, "New process \(status.spelling("pid") ?? "-")"))
        }
        events += Self.reasons(old, status).map { event(.readiness, $0.text, isBad: $0.isBad) }
        if let reload = status.object("reload"), reload["count"] != old.object("reload")?["count"],
            old["pid"] == status["pid"]
        {
            let isInEffect = reload.isTrue("in_effect")
            events.append(event(.reload, "Settings read again\(isInEffect ? "" : " and refused")", isBad: !isInEffect))
        }
        if let change = Self.partitions(old, status) { events.append(event(.rebalance, change)) }
        if old["pauses"] != status["pauses"] {
            let count = status.values("pauses").count
            let pauses = NumberText.count(count, "pause")
            events.append(event(.pause, count == 0 ? "Nothing is paused any more" : "\(pauses) of operators in effect"))
        }
        return events
    }

    /// Reasons for not being ready that began or ended.
    private static func reasons(_ old: JSONObject, _ new: JSONObject) -> [(text: String, isBad: Bool)] {
        func words(_ status: JSONObject) -> [(word: String, detail: String)] {
            status.objects("reasons").map { ($0.string("reason") ?? "-", $0.string("detail") ?? "-") }
        }
        let (before, after) = (words(old), words(new))
        let began = after.filter { reason in !before.contains { $0.word == reason.word } }
        let ended = before.filter { reason in !after.contains { $0.word == reason.word } }
        return began.map { ("\($0.word): \($0.detail)", true) } + ended.map { ("\($0.word) has ended", false) }
    }

    private static func partitions(_ old: JSONObject, _ new: JSONObject) -> String? {
        func held(_ status: JSONObject) -> Set<String> {
            Set(status.objects("partitions").compactMap { $0.spelling("partition") })
        }
        let (before, after) = (held(old), held(new))
        guard before != after else { return nil }
        func list(_ partitions: Set<String>) -> String {
            let sorted = partitions.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
            return sorted.prefix(8).joined(separator: ", ") + (sorted.count > 8 ? " and \(sorted.count - 8) more" : "")
        }
        let (taken, given) = (after.subtracting(before), before.subtracting(after))
        return [
            taken.isEmpty ? nil : "took partitions \(list(taken))", given.isEmpty ? nil : "gave up \(list(given))",
        ].compactMap(\.self).joined(separator: ", ") + "; has \(after.count)"
    }
}
