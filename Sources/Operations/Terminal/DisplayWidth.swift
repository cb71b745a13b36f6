/// How many columns of a terminal texts take, and texts that are made to take no more than there are.
///
/// The widths are Unicode's East Asian Width (UAX #11) as a table, since the standard library does not have that
/// property, and `wcwidth(3)` knows it only in a locale that many containers have not.
extension String {
    /// The number of columns: two for wide characters and emoji, none for marks that are drawn over another.
    package var displayWidth: Int {
        let isPrintableASCII = self.utf8.allSatisfy { 0x20...0x7E ~= $0 }
        return isPrintableASCII ? self.utf8.count : self.reduce(0) { $0 + $1.displayWidth }
    }

    /// The text with spaces behind it, up to a width.
    package func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.displayWidth))
    }

    /// The text, cut at a width, with an ellipsis in the last column.
    package func shortened(to width: Int) -> String {
        guard self.displayWidth > width else { return self }
        return width < 1 ? "" : self.prefix(columns: width - 1) + "…"
    }

    /// As much from the front as a width has room for; at least one character.
    fileprivate func prefix(columns width: Int) -> String {
        var used = 0
        let end = self.indices.first { index in
            used += self[index].displayWidth
            return used > width
        }
        guard let end else { return self }
        return String(self[..<(end == self.startIndex && width > 0 ? self.index(after: end) : end)])
    }
}

extension Character {
    /// 0, 1 or 2.
    fileprivate var displayWidth: Int {
        guard let first = self.unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let isEmoji = first.properties.isEmojiPresentation || self.unicodeScalars.contains("\u{FE0F}")
        return isEmoji || Self.wide.contains { $0.contains(first.value) } ? 2 : 1
    }

    /// Wide and full-width characters, in blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}

extension String {
    /// The text in lines of a width at most, each further in by as much as the text is itself.
    ///
    /// The lines behind the first are further in by `hanging` columns more.
    ///
    /// It is broken at blanks, but not at those between backticks as long as what they enclose has room in a line: a
    /// command line of two lines cannot be copied. A word that is too long is broken behind one of its signs, or
    /// anywhere.
    package func wrapped(to width: Int, hanging: Int = 0) -> [String] {
        guard self.displayWidth > width else { return [self] }
        let first = self.prefix { $0 == " " }.count
        // The indentation leaves the text half of the width.
        let indent = String(repeating: " ", count: min(first + hanging, max(0, width / 2)))
        let start = String(repeating: " ", count: min(first, indent.count))
        let room = max(1, width - indent.count)
        var lines: [String] = []
        var line = start
        var isEmpty = true
        func begin() {
            lines.append(line)
            (line, isEmpty) = (indent, true)
        }
        for word in self.words(upTo: room) {
            let blanks = isEmpty ? "" : word.blanks
            if line.displayWidth + blanks.count + word.text.displayWidth > width {
                if !isEmpty { begin() }
                var rest = word.text
                while line.displayWidth + rest.displayWidth > width, rest.count > 1 {
                    let piece = rest.breakable(at: max(1, width - line.displayWidth))
                    line += piece
                    begin()
                    rest.removeFirst(piece.count)
                }
                line += rest
            } else {
                line += blanks + word.text
            }
            isEmpty = false
        }
        return lines + [line]
    }

    /// The widest word, which a narrower column would break.
    var longestWord: Int { self.split(separator: " ").map { String($0).displayWidth }.max() ?? 0 }

    /// The words, each with the blanks before it; what backticks enclose is one word if it is no wider than `room`.
    private func words(upTo room: Int) -> [(blanks: String, text: String)] {
        var words: [(blanks: String, text: String)] = []
        var rest = self[...]
        while true {
            let blanks = rest.prefix { $0 == " " }
            rest = rest.dropFirst(blanks.count)
            guard !rest.isEmpty else { return words }
            var text = rest.prefix { $0 != " " }
            if text.count(where: { $0 == "`" }) == 1, let end = rest[text.endIndex...].firstIndex(of: "`") {
                let quoted = rest[...end] + rest[rest.index(after: end)...].prefix { $0 != " " }
                if String(quoted).displayWidth <= room { text = rest.prefix(quoted.count) }
            }
            words.append((String(blanks), String(text)))
            rest = rest.dropFirst(text.count)
        }
    }

    /// What fits of a long word, up to the last sign within its second half.
    private func breakable(at width: Int) -> String {
        let piece = self.prefix(columns: width)
        let half = piece.count / 2
        guard let last = piece.lastIndex(where: { "/_-.,:;=&?".contains($0) }) else { return piece }
        let end = piece.index(after: last)
        return piece.distance(from: piece.startIndex, to: end) > half ? String(piece[..<end]) : piece
    }
}
