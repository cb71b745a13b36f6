import Operations
import Records

/// Numbers, ages and times as the pages write them.
enum Figures {
    /// `12,345`; `nil` for a number that is none.
    static func count(_ value: Double?) -> String? {
        value.flatMap { $0.isFinite && abs($0) < 1e15 ? NumberText.count(Int($0.rounded())) : nil }
    }

    /// `850`, `12.5`, `0.3`: of small numbers one decimal.
    static func rate(_ value: Double?) -> String? {
        guard let value, value.isFinite, abs(value) < 1e15 else { return nil }
        if value >= 100 || value == value.rounded() { return NumberText.count(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return "\(NumberText.count(tenths / 10)).\(tenths % 10)"
    }

    /// `20 ms`, `1.5 s`, `3 min`, `2 h`, `5 d`.
    static func time(_ seconds: Double?) -> String? {
        guard let seconds, seconds.isFinite, seconds < 1e12 else { return nil }
        let value = max(0, seconds)
        if value < 0.9995 { return "\(Int((value * 1_000).rounded())) ms" }
        if value < 59.95 { return "\(Self.rate(value) ?? "0") s" }
        return Self.age(Int(value))
    }

    /// `12 s`, `3 min`, `2 h`, `5 d`.
    static func age(_ seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(max(0, seconds)) s"
        case ..<3_600: "\(seconds / 60) min"
        case ..<86_400: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    /// `12.5 MiB`.
    static func bytes(_ bytes: Int) -> String {
        var size = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if size < 1_024 { return "\(Self.rate(size) ?? "–") \(unit)" }
            size /= 1_024
        }
        return "\(Self.rate(size) ?? "–") TiB"
    }

    /// A moment as templates want it: `iso` and `ago`.
    static func moment(_ time: UnixMilliseconds, now: UnixMilliseconds = .now()) -> Content {
        ["iso": time.description, "ago": Self.ago(time, now: now)]
    }

    /// `3 min ago`, `in 3 min`.
    static func ago(_ time: UnixMilliseconds, now: UnixMilliseconds = .now()) -> String {
        let seconds = now.milliseconds(since: time) / 1_000
        if seconds < 0 { return "in \(Self.age(Int(clamping: -seconds)))" }
        return "\(Self.age(Int(clamping: seconds))) ago"
    }

    /// `04:12:09` in UTC.
    static func clock(_ time: UnixMilliseconds) -> String { String(time.description.dropFirst(11).prefix(8)) }
}
