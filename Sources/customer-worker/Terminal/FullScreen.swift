import Foundation
import Glibc
import Operations

/// A terminal's alternate screen: pictures are drawn over each other, and what was there before comes back at the end.
///
/// By hand: curses would be a C library for five of xterm's control sequences, which every terminal but `TERM=dumb`
/// knows.
struct FullScreen: ~Copyable {
    /// Another screen, no cursor, and no second line for what is too long while a terminal becomes narrower.
    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    private static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    private var isEntered = false

    /// Draws lines that fit the terminal.
    ///
    /// - Throws: what standard output refuses, as when its terminal has gone.
    mutating func draw(_ lines: [StyledLine], on terminal: TerminalTraits) throws {
        // Each line erases what is left of the one before it, and the last one what is below: nothing flickers. One
        // that fills its line leaves the cursor on its last character, which would be erased.
        let text = lines.map { line in
            line.rendered(inColour: terminal.hasColours) + (line.text.displayWidth < terminal.columns ? "\u{1B}[K" : "")
        }
        .joined(separator: "\r\n")
        let rest = lines.count < terminal.rows ? "\r\n\u{1B}[J" : ""
        let start = self.isEntered ? "" : Self.enter
        self.isEntered = true
        try FileHandle.standardOutput.write(contentsOf: Data("\(start)\u{1B}[H\(text)\(rest)".utf8))
    }

    /// Stops the process, as Control and Z asks for, with the terminal as it was; returns when it continues.
    mutating func suspend() {
        self.restore()
        // To this thread, which then is stopped when the call returns; kill(2) may return while it still runs.
        raise(SIGSTOP)
    }

    /// Gives the terminal back.
    mutating func restore() {
        guard self.isEntered else { return }
        self.isEntered = false
        try? FileHandle.standardOutput.write(contentsOf: Data(Self.leave.utf8))
    }

    deinit {
        if self.isEntered { try? FileHandle.standardOutput.write(contentsOf: Data(Self.leave.utf8)) }
    }
}
