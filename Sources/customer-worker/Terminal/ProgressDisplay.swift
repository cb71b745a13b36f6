import ArgumentParser
import CustomerContract
import Glibc
import Operations
import Records
import Synchronization

/// How far something is, for whoever watches it.
struct ProgressNews: Sendable {
    /// How much is done.
    let done: Int
    /// How much there is; `nil` while unknown.
    let total: Int?
    /// Since it began.
    let elapsed: Duration
    /// What is said of it, in phrases.
    let parts: [String]

    /// A rate, and the time that the rest takes at it.
    static func pace(_ rate: Double, timeLeft: Duration?) -> [String] {
        ["\(Int(nearest: rate))/s"] + (timeLeft.map { ["\(NumberText.duration($0)) left"] } ?? [])
    }
}

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
        let line = Self.line(news, withBar: self.isDrawn)
        if self.isDrawn {
            Terminal.draw(line)
            return
        }
        let isDue = self.lastLine.withLock { last in
            // A new phase counts its time from its own beginning.
            if news.elapsed < last { last = .seconds(-1) }
            guard news.elapsed - last >= Self.lineInterval else { return false }
            last = news.elapsed
            return true
        }
        if isDue, news.done > 0 { StandardError.write(line) }
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

    private static func line(_ news: ProgressNews, withBar: Bool) -> String {
        guard withBar else { return news.parts.joined(separator: ", ") }
        let share = news.total.map { $0 == 0 ? 1 : Double(news.done) / Double($0) }
        // A character in the last column may move the cursor to the next line.
        return ProgressLine(news.parts, share: share).text(columns: (Terminal.size(of: 2)?.columns ?? 80) - 1)
    }
}

/// Whether the command has an interactive terminal, and the user's answers.
enum Terminal {
    /// A question can be answered.
    static var canAsk: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// Progress can be drawn over itself.
    static var canDraw: Bool { isatty(2) == 1 }

    /// Asks for a yes before something is changed.
    ///
    /// Ends the command: with code 64 when no question can be asked, with 130 when the answer is not yes.
    static func confirm(_ question: String, isAnswered: Bool) throws {
        if isAnswered { return }
        guard self.canAsk else { throw ExitStatus.usage.exit("there is no terminal to ask on: give --yes") }
        write(2, question + " [y/N] ", question.utf8.count + 7)
        let answer = readLine(strippingNewline: true)?.lowercased()
        guard answer == "y" || answer == "yes" else {
            StandardError.write("Nothing was done.")
            throw ExitStatus.cancelled.exit
        }
    }

    /// Draws over the last line; the cursor stays at its end.
    static func draw(_ line: String) {
        let text = "\r\u{1B}[2K" + line
        write(2, text, text.utf8.count)
    }
    /// The size in characters of the terminal behind a descriptor; `nil` when there is none.
    static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return nil
        }
        return (Int(window.ws_col), Int(window.ws_row))
    }
}
