package import JSON
import Records

/// How rate, latency and lag went lately: what a watch remembers itself, in steps of equal length.
///
/// Of a step it keeps the largest value of each, and of the steps the latest 300, which are five minutes of seconds. A
/// character of a line is as many steps as make all of them fit.
package struct StatusTrend: Sendable {
    /// One of the numbers that are drawn.
    private enum Series: Int, CaseIterable {
        case rate
        case latency
        case lag
    }

    /// The largest values of a step, by series; `nil` where no worker answered.
    private typealias Step = [Double?]

    private static let steps = 300
    private let length: Duration
    private var values: [Step] = []
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
            self.values.append([Double?](repeating: nil, count: Series.allCases.count))
            if self.values.count > Self.steps { self.values.removeFirst() }
        }
        guard let status else { return }
        let latency = status["latency_seconds"]?.objectValue?["p99"]
        let now = [status["rate_per_second"], latency, status["lag"]].map { $0.flatMap(StatusScreen.double) }
        self.values[self.values.count - 1] = zip(self.values[self.values.count - 1], now).map { old, new in
            guard let old, let new else { return old ?? new }
            return max(old, new)
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
        let lines = Series.allCases.map { series in
            let values = self.grouped(series, by: size)
            let highest = values.compactMap { $0 }.max()
            return StyledLine(
                "  \(Self.name(series).padding(to: 9))  \(Self.line(values))  \(Self.text(series, highest))"
            )
        }
        return [StyledLine("THE LAST \(span), in steps of \(step)", .heading)] + lines
    }

    /// The largest values of several steps each; which steps are together does not change while time goes by.
    private func grouped(_ series: Series, by size: Int) -> [Double?] {
        let first = self.last - self.values.count + 1
        var groups: [Double?] = []
        for (offset, step) in self.values.enumerated() {
            let value = step[series.rawValue]
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

    private static func name(_ series: Series) -> String {
        switch series {
        case .rate: "rate"
        case .latency: "p99"
        case .lag: "lag"
        }
    }

    private static func text(_ series: Series, _ highest: Double?) -> String {
        guard let highest else { return "" }
        switch series {
        case .rate: return "at most \(Int(nearest: highest.rounded(.up)))/s"
        case .latency: return "at most \(StatusScreen.duration(seconds: highest))"
        case .lag: return "at most \(Int(nearest: highest))"
        }
    }
}
