import Redrive
import Synchronization

/// Shows how far a redrive is: a bar on a terminal, a line every few seconds elsewhere.
final class ProgressDisplay: Sendable {
    private let isDrawn: Bool
    private let lastLine = Mutex(Duration.seconds(-1))
    /// Seconds between two lines where nothing can be drawn over.
    private static let lineInterval = Duration.seconds(5)

    init(isDrawn: Bool) {
        self.isDrawn = isDrawn
    }

    func show(_ progress: RedriveProgress) {
        let line = Self.line(progress, withBar: self.isDrawn)
        if self.isDrawn {
            Terminal.draw(line)
            return
        }
        let isDue = self.lastLine.withLock { last in
            guard progress.elapsed - last >= Self.lineInterval else { return false }
            last = progress.elapsed
            return true
        }
        if isDue, progress.counts.moved > 0 { StandardError.write(line) }
    }

    /// Leaves the last state of the bar standing.
    func finish() {
        if self.isDrawn { StandardError.write("") }
    }

    private static func line(_ progress: RedriveProgress, withBar: Bool) -> String {
        let moved = progress.counts.moved
        let total = max(progress.total, moved)
        var parts = ["\(NumberText.count(moved)) of \(NumberText.count(total)) sent back"]
        switch progress.phase {
        case .awaitingCanary: parts.append("waiting for the results of the first ones")
        case .sending:
            parts.append("\(Int(progress.rate.rounded()))/s")
            if let left = progress.timeLeft, moved < total { parts.append("\(NumberText.duration(left)) left") }
        }
        if progress.counts.leftCount > 0 {
            parts.append("\(NumberText.count(progress.counts.leftCount)) left where they are")
        }
        if progress.counts.failedAgainCount > 0 {
            parts.append("\(NumberText.count(progress.counts.failedAgainCount)) failed again")
        }
        let text = parts.joined(separator: ", ")
        guard withBar else { return text }
        let width = 24
        let filled = total == 0 ? width : width * moved / total
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] " + text
    }
}
