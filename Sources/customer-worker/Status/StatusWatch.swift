import Foundation
import Glibc
import JSON
import Operations

/// `status --watch`: asks a worker again and again, and is the one place that writes what comes of it.
///
/// On a terminal each answer is a picture on the alternate screen, drawn again when the terminal's size changes.
/// Elsewhere one answer follows the other. A worker that is not there, or restarts, is waited for.
struct StatusWatch {
    let client: AdminClient
    let externalID: String?
    let slowest: Int?
    let interval: Duration
    let printsJSON: Bool

    private enum Event: Sendable {
        case answer(AdminClient.Answer)
        case signal(ProcessSignals.Signal)
    }

    /// What was seen so far.
    private struct Seen {
        let start = ContinuousClock.now
        var answer: AdminClient.Answer?
        var lastStatus: ContinuousClock.Instant?
        var trend: StatusTrend

        /// That of the last answer: what `status` without `--watch` would end with.
        var exit: ExitStatus {
            switch self.answer {
            case .status(let status): StatusScreen(status).isReady ? .success : .failure
            case .silence, nil: .unavailable
            }
        }

        /// What a silence is shown as.
        func silence(_ sentence: String) -> Silence {
            Silence(sentence: sentence, age: self.lastStatus.map { .now - $0 })
        }

        mutating func take(_ answer: AdminClient.Answer) {
            self.answer = answer
            var status: JSONObject?
            if case .status(let answered) = answer {
                self.lastStatus = .now
                status = answered
            }
            self.trend.add(status, at: .now - self.start)
        }
    }

    /// Watches until a signal, or until standard output takes no more; the status of the last answer.
    func run() async -> ExitStatus {
        var seen = Seen(trend: StatusTrend(interval: self.interval))
        var screen = FullScreen()
        let isOnTerminal = !self.printsJSON && Terminal.output?.canDraw ?? false
        // Elsewhere nothing is to be given back, and signals do what they always do, also while a reader does not read.
        let signals = ProcessSignals(
            of: isOnTerminal ? [.interrupt, .terminate, .hangUp, .quit, .suspend, .windowChange] : []
        )
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.ask(continuation) }
            group.addTask { await Self.forward(signals, to: continuation) }
            defer { group.cancelAll() }
            for await event in events {
                switch event {
                case .answer(let answer): seen.take(answer)
                case .signal(.windowChange): break
                case .signal(.suspend): screen.suspend()
                case .signal:
                    screen.restore()
                    // Not a return, which would wait for the answer that is under way.
                    _exit(seen.exit.rawValue)
                }
                guard self.show(seen, &screen, isOnTerminal) else { return seen.exit }
            }
            return seen.exit
        }
    }

    /// Asks until it is cancelled, never sooner than an interval after the last answer.
    private func ask(_ events: AsyncStream<Event>.Continuation) async {
        while !Task.isCancelled {
            events.yield(.answer(await self.client.look(for: self.externalID, slowest: self.slowest)))
            try? await Task.sleep(for: self.interval)
        }
    }

    private static func forward(_ signals: ProcessSignals, to events: AsyncStream<Event>.Continuation) async {
        for await signal in signals.stream {
            events.yield(.signal(signal))
            guard ![.windowChange, .suspend].contains(signal) else { continue }
            // A terminal that was told to wait, by Control and S, keeps a write from ending.
            try? await Task.sleep(for: .seconds(2))
            if !Task.isCancelled { _exit(ExitStatus.forcedStop.rawValue) }
        }
    }

    /// Writes what was seen last; false when standard output takes no more.
    private func show(_ seen: Seen, _ screen: inout FullScreen, _ isOnTerminal: Bool) -> Bool {
        guard let answer = seen.answer else { return true }
        do {
            if isOnTerminal, let terminal = Terminal.output {
                try screen.draw(self.picture(answer, seen, terminal).lines, on: terminal)
            } else {
                try FileHandle.standardOutput.write(contentsOf: Data(self.text(answer, seen).utf8))
            }
            return true
        } catch {
            return false
        }
    }

    private func picture(_ answer: AdminClient.Answer, _ seen: Seen, _ terminal: TerminalTraits) -> StatusPicture {
        let (columns, rows) = (terminal.columns, terminal.rows)
        switch answer {
        case .status(let status):
            return StatusPicture(StatusScreen(status), seen.trend, columns: columns, rows: rows)
        case .silence(let sentence):
            return StatusPicture(seen.silence(sentence), seen.trend, columns: columns, rows: rows)
        }
    }

    private func text(_ answer: AdminClient.Answer, _ seen: Seen) -> String {
        switch answer {
        case .status(let status):
            return self.printsJSON ? status.line : StatusScreen(status).text(width: Terminal.width)
        case .silence(let sentence):
            let silence = seen.silence(sentence)
            return self.printsJSON ? silence.json.line : silence.text + "\n"
        }
    }
}

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
