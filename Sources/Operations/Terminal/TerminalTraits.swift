import Glibc

/// A terminal as a program sees it: its size, and what it can show.
package struct TerminalTraits: Sendable, Equatable {
    /// The longest line that it shows on one.
    package var columns: Int
    /// The lines that it shows at once.
    package var rows: Int
    /// Whether the cursor can be moved; not with `TERM=dumb`.
    package let canDraw: Bool
    /// Whether it is to show colours; not with `NO_COLOR` (https://no-color.org).
    package let hasColours: Bool

    /// The terminal behind a file descriptor, at its size of this moment; `nil` when there is none.
    ///
    /// - Parameter environment: of the process: `TERM`, `NO_COLOR`, `COLUMNS`, which overrides the width, and
    ///   `LINES`, for a terminal that does not know its height.
    package init?(of descriptor: Int32, environment: [String: String]) {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        self.init(
            columns: isKnown ? Int(size.ws_col) : 0,
            rows: isKnown ? Int(size.ws_row) : 0,
            environment: environment
        )
    }

    /// A terminal that says it has this size; 0 for what it does not know, such as that of a serial line.
    init(columns: Int, rows: Int, environment: [String: String]) {
        func number(_ name: String) -> Int? {
            environment[name].flatMap { Int($0) }.flatMap { (1...10_000).contains($0) ? $0 : nil }
        }
        self.columns = number("COLUMNS") ?? (columns > 0 ? columns : 80)
        // A picture of more lines than there are would scroll.
        self.rows = rows > 0 ? rows : number("LINES") ?? 24
        self.canDraw = !["", "dumb"].contains(environment["TERM"] ?? "")
        self.hasColours = self.canDraw && (environment["NO_COLOR"] ?? "").isEmpty
    }
}

/// A line of text and what it means, for those who cannot read all of them.
package struct StyledLine: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// What a line means.
    package enum Style: String, Sendable {
        case plain = ""
        /// As it should be.
        case good = "1;32"
        /// What has to be looked at first.
        case bad = "1;31"
        case heading = "1"
        /// What is said besides.
        case faint = "2"
    }

    package let text: String
    package let style: Style

    package init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }

    package init(stringLiteral text: String) { self.init(text) }

    /// For a terminal, with the colour of its style if it has colours; without a newline.
    package func rendered(inColour: Bool) -> String {
        inColour && self.style != .plain ? "\u{1B}[\(self.style.rawValue)m\(self.text)\u{1B}[0m" : self.text
    }
}
