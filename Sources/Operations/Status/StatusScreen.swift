import CustomerContract
package import JSON
import Records
import WorkerLogging

/// Draws what `/status` says, for a person.
///
/// It reads the answer as any program would; a member that is missing is a hyphen, so that an older or newer worker can
/// be looked at.
package struct StatusScreen: Sendable {
    private let status: JSONObject

    /// The answer of ``AdminClient/status(of:)``.
    package init(_ status: JSONObject) {
        self.status = status
    }

    /// Whether the worker says that it is ready.
    package var isReady: Bool { self.status["ready"] == .bool(true) }

    /// Several lines, each with its newline.
    package var text: String {
        let lines =
            self.head + self.numbers
            + self.table("partitions", ["topic", "partition", "committed", "log_end", "lag", "incomplete"])
            + self.table("recent_failures", ["at", "code", "external_id", "position"])
            + self.table(
                "commands_in_flight",
                ["command_id", "position", "stage", "attempts", "next_attempt", "waits_for"]
            )
        return lines.map { LogEscaping.escaped($0) + "\n" }.joined()
    }

    private var head: [String] {
        let live = self.status["live"] == .bool(true)
        let state = self.isReady ? "ready" : live ? "NOT READY" : "STUCK"
        let uptime = self.status["uptime_seconds"].flatMap(Self.double).map { ", up \(Self.span($0))" } ?? ""
        let reasons = (self.status["reasons"]?.arrayValue ?? []).compactMap { $0.objectValue }
        return ["customer-worker \(self.status["version"]?.stringValue ?? "-"): \(state)\(uptime)"]
            + reasons.map { "  \($0["reason"]?.stringValue ?? "-"): \($0["detail"]?.stringValue ?? "-")" }
    }

    private var numbers: [String] {
        let latency = self.status["latency_seconds"]?.objectValue
        let percentiles = ["p50", "p95", "p99"].map { "\($0) \(Self.duration(latency?[$0]))" }
        let intake = self.status["intake"]?.objectValue
        let probe = intake?["next_probe_seconds"].flatMap(Self.double).map { ", next probe in \(Self.span($0))" } ?? ""
        // An older worker says only what it was stopped by itself.
        let reason = self.status["reasons"]?.arrayValue?.first?.objectValue?["reason"]?.stringValue
        let stop = intake?["blocked_by"]?.stringValue ?? (intake?["flows"] == .bool(false) ? reason : nil)
        let block = stop.map { "stopped by \($0)\(probe)" } ?? "flows"
        let lagAge = self.status["lag_age_seconds"].flatMap(Self.double)
        let age = lagAge.flatMap { $0 >= 15 ? ", as of \(Self.span($0)) ago" : nil } ?? ""
        return [
            "  rate       \(Self.text(self.status["rate_per_second"]))/s, latency "
                + "\(percentiles.joined(separator: ", "))",
            "  results    \(self.list("results"))",
            "  in flight  \(Self.text(self.status["in_flight"])), of which \(self.list("stages"))",
            "  oldest     \(Self.duration(self.status["oldest_unfinished_seconds"]))",
            "  intake     \(block)",
            "  lag        \(Self.text(self.status["lag"]))\(age)",
        ]
    }

    private func table(_ name: String, _ columns: [String]) -> [String] {
        guard let rows = self.status[name]?.arrayValue, !rows.isEmpty else { return [] }
        var table = TextTable(columns: columns, longestCell: .max)
        for row in rows { table.append(columns.map { Self.text(row.objectValue?[$0]) }) }
        return [""] + table.lines
    }

    private static func double(_ value: JSONValue) -> Double? {
        guard case .number(let number) = value else { return nil }
        return Double(number.spelling)
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .number(let number): number.spelling
        case .string(let text): text
        case .bool(let truth): truth ? "true" : "false"
        case .null, .array, .object, nil: "-"
        }
    }

    /// The counts of an object that are not 0.
    private func list(_ name: String) -> String {
        let members = (self.status[name]?.objectValue?.members ?? []).filter { $0.value != .integer(0) }
        return members.isEmpty ? "none" : members.map { "\($0.name) \(Self.text($0.value))" }.joined(separator: ", ")
    }

    /// `20 ms`, `1.5 s`.
    private static func duration(_ value: JSONValue?) -> String {
        guard let seconds = value.flatMap(Self.double) else { return "-" }
        if seconds < 1 { return "\(Int(nearest: seconds * 1_000)) ms" }
        return seconds < 60 ? "\((seconds * 10).rounded() / 10) s" : self.span(seconds)
    }

    /// `3h 12m`, `12m 5s`, `5s`.
    private static func span(_ seconds: Double) -> String {
        let whole = Int(nearest: seconds)
        if whole >= 3_600 { return "\(whole / 3_600)h \(whole / 60 % 60)m" }
        return whole >= 60 ? "\(whole / 60)m \(whole % 60)s" : "\(whole)s"
    }
}
