import ArgumentParser
import CustomerContract
import Foundation
import Operations
import Synchronization
import WorkerLogging

/// The terminals behind standard output and standard error, if there are any.
enum Terminal {
    /// Where results are written, at its size of this moment; `nil` for a pipe or a file.
    static var output: TerminalTraits? { Self.traits(of: STDOUT_FILENO) }

    /// Where progress and errors are written.
    static var errors: TerminalTraits? { Self.traits(of: STDERR_FILENO) }

    /// The longest line of standard output; `nil` for a pipe or a file, whose lines may have any length.
    static var width: Int? { Self.output?.columns }

    private static func traits(of descriptor: Int32) -> TerminalTraits? {
        TerminalTraits(of: descriptor, environment: ProcessInfo.processInfo.environment)
    }

    /// Writes lines of text to standard output, broken between words where a terminal is narrower.
    static func print(_ text: String) {
        customer_worker.print(text.wrappedLines(to: Self.width), terminator: text.hasSuffix("\n") ? "" : "\n")
    }

    /// Asks for a yes before something is changed.
    ///
    /// Ends the command: with code 64 when no question can be asked, with 130 when the answer is not yes.
    static func confirm(_ question: String, isAnswered: Bool) throws {
        if isAnswered { return }
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw ExitStatus.usage.exit("there is no terminal to ask on: give --yes")
        }
        write(STDERR_FILENO, question + " [y/N] ", question.utf8.count + 7)
        let answer = readLine(strippingNewline: true)?.lowercased()
        guard answer == "y" || answer == "yes" else {
            StandardError.write("Nothing was done.")
            throw ExitStatus.cancelled.exit
        }
    }

    /// Draws over the last line; the cursor stays at its end.
    static func draw(_ line: String) {
        let text = "\r\u{1B}[2K" + line
        write(STDERR_FILENO, text, text.utf8.count)
    }
}

/// The program's standard error.
enum StandardError {
    /// Writes lines of text behind what the log has written; a terminal gets them broken between words.
    static func write(_ text: String) {
        StandardErrorLog.flush()
        let line = (text.hasSuffix("\n") ? text : text + "\n").wrappedLines(to: Terminal.errors?.columns)
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
}

extension String {
    /// Each line wrapped to a width; the text itself without one.
    func wrappedLines(to width: Int?, hanging: Int = 0) -> String {
        guard let width else { return self }
        return self.split(separator: "\n", omittingEmptySubsequences: false)
            .flatMap { String($0).wrapped(to: width, hanging: hanging) }
            .joined(separator: "\n")
    }
}

/// Shows how far something is: a bar on a terminal, a line every few seconds elsewhere.
final class ProgressDisplay: Sendable {
    private let isDrawn = Terminal.errors?.canDraw ?? false
    private let lastLine = Mutex(Duration.seconds(-1))
    /// Seconds between two lines where nothing can be drawn over.
    private static let lineInterval = Duration.seconds(5)

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
    func clear() { if self.isDrawn { Terminal.draw("") } }

    /// Leaves the last state of the bar standing.
    func finish() { if self.isDrawn { StandardError.write("") } }
}
