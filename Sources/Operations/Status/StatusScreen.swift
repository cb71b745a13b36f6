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
    package var isReady: Bool { self.status.isTrue("ready") }

    /// Several lines, each with its newline.
    ///
    /// - Parameter width: the terminal's, which no line passes; `nil` where there is no terminal.
    package func text(width: Int?, inColour: Bool = false) -> String {
        let tables = self.tables(width).flatMap { table -> [StyledLine] in
            let rows = width.map { table.text.wrapped(to: $0) } ?? table.text.lines.map { [$0] }
            return [""] + rows.prefix(1).joined().map { StyledLine($0, .heading) }
                + rows.dropFirst().joined().map { StyledLine($0) }
        }
        let lines = self.head(width) + self.numbers(width) + tables
        return lines.map { $0.rendered(inColour: inColour) + "\n" }.joined()
    }

    /// Version and state, and every reason for not being ready.
    func head(_ width: Int?) -> [StyledLine] {
        let state = self.isReady ? "ready" : self.status.isTrue("live") ? "NOT READY" : "STUCK"
        let uptime = self.status.double("uptime_seconds").map { ", up \(Self.span($0))" } ?? ""
        let version = self.status.string("version") ?? "-"
        let headlines = ["customer-worker \(version): \(state)\(uptime)", "\(state)\(uptime)", state]
        // The state is what a narrow terminal must have room for.
        let headline = headlines.first { $0.displayWidth <= width ?? .max } ?? state
        let reasons = self.status.objects("reasons")
            .map { "  \($0.string("reason") ?? "-"): \($0.string("detail") ?? "-")" }
        return Self.styled([headline], width, self.isReady ? .good : .bad)
            + Self.styled(reasons, width, .bad, hanging: 2)
    }

    /// What it does, in one line for each number, or more where the terminal is narrow.
    func numbers(_ width: Int?) -> [StyledLine] {
        let latency = self.status.object("latency_seconds")
        let percentiles = ["p50", "p95", "p99"].map { "\($0) \(Self.duration(latency?.double($0)))" }
        let intake = self.status.object("intake")
        let probe = intake?.double("next_probe_seconds").map { ", next probe in \(Self.span($0))" } ?? ""
        // An older worker says only what it was stopped by itself.
        let reason = self.status.objects("reasons").first?.string("reason")
        let stop = intake?.string("blocked_by") ?? (intake?["flows"] == .bool(false) ? reason : nil)
        let block = stop.map { "stopped by \($0)\(probe)" } ?? "flows"
        let lagAge = self.status.double("lag_age_seconds")
        let age = lagAge.flatMap { $0 >= 15 ? ", as of \(Self.span($0)) ago" : nil } ?? ""
        let rate = Self.text(self.status["rate_per_second"])
        let lines = [
            "  rate       \(rate)/s, latency \(percentiles.joined(separator: ", "))",
            "  results    \(self.list("results"))",
            "  in flight  \(Self.text(self.status["in_flight"])), of which \(self.list("stages"))",
            "  oldest     \(Self.duration(self.status.double("oldest_unfinished_seconds")))",
            "  intake     \(block)", self.status.pauses().map { "  paused     \($0)" },
            "  lag        \(Self.text(self.status["lag"]))\(age)",
        ].compactMap(\.self)
        return Self.styled(lines, width, .plain, hanging: "results    ".count)
    }

    /// A table, and how its rows are counted.
    struct Table {
        let noun: String
        let text: TextTable
        /// The rows in the order in which they are left out last to first, for a screen that has no room for all.
        let worstFirst: TextTable
        let count: Int
    }

    /// The tables that have rows, in the order of a report.
    func tables(_ width: Int?) -> [Table] {
        let narrow = width != nil
        let command = ["command_id", "position", "stage", "attempts", "next_attempt", "waits_for"]
        let slow = ["external_id", "age_seconds", "stage", "attempts", "retrying", "position", "waits_for"]
        return [
            self.table("partition", "partitions", ["topic", "partition", "committed", "log_end", "lag", "incomplete"]),
            self.table("recent failure", "recent_failures", ["at", "code", "external_id", "position"], narrow),
            self.table("command", "commands_in_flight", command, narrow), self.table("slow command", "slowest", slow),
        ]
        .compactMap { $0 }
    }

    private func table(_ noun: String, _ name: String, _ columns: [String], _ shortTimes: Bool = false) -> Table? {
        let rows = self.status.objects(name)
        guard !rows.isEmpty else { return nil }
        func text(_ rows: [JSONObject]) -> TextTable {
            var table = TextTable(columns: columns, longestCell: .max)
            for row in rows {
                let cells = columns.map { column in
                    let cell = LogEscaping.escaped(Self.text(row[column]))
                    return shortTimes && ["at", "next_attempt"].contains(column) ? self.shortTime(cell) : cell
                }
                table.append(cells)
            }
            return table
        }
        func rank(_ row: JSONObject) -> (Double, Double) { (row.double("lag") ?? 0, row.double("incomplete") ?? 0) }
        let ranked = rows.enumerated().sorted { one, other in
            let (first, second) = (rank(one.element), rank(other.element))
            return first == second ? one.offset < other.offset : first > second
        }
        return Table(noun: noun, text: text(rows), worstFirst: text(ranked.map(\.element)), count: rows.count)
    }

    /// A time of the day that the status itself has, without its date and its milliseconds: `10:00:07Z`.
    private func shortTime(_ time: String) -> String {
        let today = (self.status.string("time") ?? "-").prefix(11)
        guard time.count == 24, today.count == 11, time.hasPrefix(today), time.hasSuffix("Z") else { return time }
        return "\(time.dropFirst(11).prefix(8))Z"
    }

    /// Lines without anything that would steer a terminal, wrapped below what follows their first word.
    private static func styled(
        _ lines: [String],
        _ width: Int?,
        _ style: StyledLine.Style,
        hanging: Int = 0
    ) -> [StyledLine] {
        lines.map { LogEscaping.escaped($0).wrapped(to: width ?? .max, hanging: hanging) }.joined()
            .map { StyledLine($0, style) }
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
        let members = (self.status.object(name)?.members ?? []).filter { $0.value != .integer(0) }
        return members.isEmpty ? "none" : members.map { "\($0.name) \(Self.text($0.value))" }.joined(separator: ", ")
    }

    /// `20 ms`, `1.5 s`.
    static func duration(_ seconds: Double?) -> String {
        guard let seconds else { return "-" }
        if seconds < 1 { return "\(Int(nearest: seconds * 1_000)) ms" }
        return seconds < 60 ? "\((seconds * 10).rounded() / 10) s" : self.span(seconds)
    }

    /// `3h 12m`, `12m 5s`, `5s`.
    static func span(_ seconds: Double) -> String {
        let whole = Int(nearest: seconds)
        if whole >= 3_600 { return "\(whole / 3_600)h \(whole / 60 % 60)m" }
        return whole >= 60 ? "\(whole / 60)m \(whole % 60)s" : "\(whole)s"
    }
}
