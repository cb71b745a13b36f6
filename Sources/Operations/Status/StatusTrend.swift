package import JSON
import Records

/// How rate, latency and lag went lately: what a watch remembers itself, in steps of equal length.
///
/// Of a step it keeps the largest value of each, and of the steps the latest 300, which are five minutes of seconds. A
/// character of a line is as many steps as make all of them fit.
package struct StatusTrend: Sendable {
    /// The numbers that are drawn: the name, how a status has it, and how a value is written.
    private static let series = [
        Series(name: "rate", read: { $0.double("rate_per_second") }, text: { "\(Int(nearest: $0.rounded(.up)))/s" }),
        Series(
            name: "p99",
            read: { $0.object("latency_seconds")?.double("p99") },
            text: { StatusScreen.duration($0) }
        ),
        Series(name: "lag", read: { $0.double("lag") }, text: { "\(Int(nearest: $0))" }),
    ]

    private struct Series: Sendable {
        let name: String
        let read: @Sendable (JSONObject) -> Double?
        let text: @Sendable (Double) -> String
    }

    private static let steps = 300
    private let length: Duration
    /// The largest values of each step, by series; `nil` where no worker answered.
    private var values: [[Double?]] = []
    /// The number of the last step since the watch began.
    private var last = -1

    /// - Parameter interval: between two answers; a step is no shorter, nor shorter than a second.
    package init(interval: Duration) {
        self.length = max(interval, .seconds(1))
    }

    /// Takes in an answer of `/status`; `nil` for a worker that gave none.
    ///
    /// - Parameter time: since the watch began.
    package mutating func add(_ status: JSONObject?, at time: Duration) {
        let step = Int(nearest: (time / self.length).rounded(.down))
        while self.last < step {
            self.last = max(self.last + 1, step - Self.steps)
            self.values.append(Self.series.map { _ in nil })
            if self.values.count > Self.steps { self.values.removeFirst() }
        }
        guard let status else { return }
        self.values[self.values.count - 1] = zip(self.values[self.values.count - 1], Self.series).map { old, series in
            [old, series.read(status)].compactMap(\.self).max()
        }
    }

    /// A headline and a line for each number; nothing before there are two steps.
    package func lines(width: Int) -> [StyledLine] {
        guard self.values.count > 1 else { return [] }
        let most = "  at most 00h 00m".count
        let room = width - "  latency    ".count - most
        guard room >= 8 else { return [] }
        let size = [1, 2, 5, 10, 20].first { self.values.count <= (room - 1) * $0 } ?? Self.steps
        let span = StatusScreen.span(self.length / .seconds(1) * Double(self.values.count))
        let step = StatusScreen.span(self.length / .seconds(1) * Double(size))
        let lines = Self.series.enumerated().map { index, series in
            let values = self.grouped(index, by: size)
            let highest = values.compactMap(\.self).max().map { "at most \(series.text($0))" }
            return StyledLine("  \(series.name.padding(to: 9))  \(Self.line(values))  \(highest ?? "")")
        }
        return [StyledLine("THE LAST \(span), in steps of \(step)", .heading)] + lines
    }

    /// The largest values of several steps each; which steps are together does not change while time goes by.
    private func grouped(_ series: Int, by size: Int) -> [Double?] {
        let first = self.last - self.values.count + 1
        var groups: [Double?] = []
        for (offset, step) in self.values.enumerated() {
            let value = step[series]
            if offset == 0 || (first + offset).isMultiple(of: size) {
                groups.append(value)
            } else {
                groups[groups.count - 1] = [groups[groups.count - 1], value].compactMap { $0 }.max()
            }
        }
        return groups
    }

    /// A character for each value: the higher the larger, and a blank for none.
    static func line(_ values: [Double?]) -> String {
        let heights = Array("▁▂▃▄▅▆▇█")
        let highest = values.compactMap { $0 }.max() ?? 0
        return String(
            values.map { value -> Character in
                guard let value else { return " " }
                guard highest > 0, value > 0 else { return heights[0] }
                return heights[min(heights.count - 1, Int(nearest: value / highest * Double(heights.count - 1)))]
            }
        )
    }
}
