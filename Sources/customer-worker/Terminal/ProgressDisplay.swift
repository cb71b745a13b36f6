import ArgumentParser
import CustomerContract
import Glibc
import Operations
import Records
import Synchronization

/// Shows how far something is: a bar on a terminal, a line every few seconds elsewhere.
final class ProgressDisplay: Sendable {
    private let isDrawn: Bool
    private let lastLine = Mutex(Duration.seconds(-1))
    /// Seconds between two lines where nothing can be drawn over.
    private static let lineInterval = Duration.seconds(5)

    init(isDrawn: Bool) {
        self.isDrawn = isDrawn
    }

    func show(_ news: ProgressNews) {
        if self.isDrawn {
            // Asked each time, since a terminal may be resized.
            Terminal.draw(news.line(columns: Terminal.errors?.columns ?? 80))
            return
        }
        let isDue = self.lastLine.withLock { last in
            // A new phase counts its time from its own beginning.
            if news.elapsed < last { last = .seconds(-1) }
            guard news.elapsed - last >= Self.lineInterval else { return false }
            last = news.elapsed
            return true
        }
        if isDue, news.done > 0 { StandardError.write(news.text) }
    }

    /// Writes a line of its own above the bar.
    func write(_ line: String) {
        self.clear()
        StandardError.write(line)
    }

    /// Takes the bar away.
    func clear() {
        if self.isDrawn { Terminal.draw("") }
    }

    /// Leaves the last state of the bar standing.
    func finish() {
        if self.isDrawn { StandardError.write("") }
    }
}
