import CustomerContract
import Records
import Redrive

/// The letters of a topic as they are remembered at one moment, for the questions of pages.
struct LetterBook: Sendable {
    struct Line: Sendable {
        let partition: Int32
        let offset: Int64
        let mark: LetterMark
        let summary: LetterSummary
    }

    /// Some letters of a selection, the newest first, and how many there are.
    struct Page: Sendable {
        let lines: [Line]
        let count: Int
        /// From 1.
        let number: Int
        var pageCount: Int { max(1, (self.count + LetterBook.pageSize - 1) / LetterBook.pageSize) }
    }

    static let pageSize = 50

    private let known: KnownLetters<LetterSummary>
    private let marks: LetterMarks
    let forms: ReasonForms
    let counts: [LetterMark: Int]
    /// The earliest timestamp among those that wait, which retention deletes first.
    let oldestWaitingRecord: UnixMilliseconds?

    init(_ known: KnownLetters<LetterSummary>, _ marks: LetterMarks, _ forms: ReasonForms) {
        self.known = known
        self.marks = marks
        self.forms = forms
        var counts: [LetterMark: Int] = [:]
        var oldest: UnixMilliseconds?
        for (place, letters) in known.letters {
            var waiting = 0
            for letter in letters {
                let mark = marks[place.partition, letter.offset]
                guard mark == .waiting else {
                    counts[mark, default: 0] += 1
                    continue
                }
                waiting += 1
                if let time = letter.summary.timestamp { oldest = min(oldest ?? time, time) }
            }
            if waiting > 0 { counts[.waiting, default: 0] += waiting }
        }
        self.counts = counts
        self.oldestWaitingRecord = oldest
    }

    /// Passes every letter that the filter selects to `body`, in the order of partitions and offsets.
    func visit(_ filter: LetterFilter, now: UnixMilliseconds, _ body: (Line) -> Void) {
        let test = filter.test(self.forms, now: now)
        for (place, letters) in self.known.letters.sorted(by: { $0.key < $1.key }) {
            for letter in letters where test(letter.summary) {
                let line = self.line(place.partition, letter)
                if filter.state.includes(line.mark) { body(line) }
            }
        }
    }

    func page(_ filter: LetterFilter, number: Int, now: UnixMilliseconds) -> Page {
        var lines: [Line] = []
        self.visit(filter, now: now) { lines.append($0) }
        let count = lines.count
        let last = max(1, (count + Self.pageSize - 1) / Self.pageSize)
        let number = min(max(1, number), last)
        var keys = lines.indices.map { (lines[$0].summary.failedAt?.value ?? .min, $0) }
        keys.sort { $0.0 == $1.0 ? $0.1 > $1.1 : $0.0 > $1.0 }
        let shown = keys.dropFirst((number - 1) * Self.pageSize).prefix(Self.pageSize).map { lines[$0.1] }
        return Page(lines: shown, count: count, number: number)
    }

    func line(_ topic: String, partition: Int32, offset: Int64) -> Line? {
        let place = TopicPartition(topic: topic, partition: partition)
        return self.known.letter(at: place, offset: offset).map { self.line(partition, $0) }
    }

    private func line(_ partition: Int32, _ letter: KnownLetters<LetterSummary>.Letter) -> Line {
        let mark = self.marks[partition, letter.offset]
        return Line(partition: partition, offset: letter.offset, mark: mark, summary: letter.summary)
    }

    /// The letters that a letter's command has been before, and those that it became later, in their order.
    func laps(_ topic: String, of line: Line) -> [Line] {
        var laps = [line]
        while let origin = laps[0].summary.origin, laps.count < 20,
            !laps.contains(where: { $0.partition == origin.partition && $0.offset == origin.offset }),
            let earlier = self.line(topic, partition: origin.partition, offset: origin.offset)
        {
            laps.insert(earlier, at: 0)
        }
        // A command goes back to its own partition, and its dead letter to the one of the same number.
        var last = line
        while laps.count < 20, let next = self.successor(of: last) {
            laps.append(next)
            last = next
        }
        return laps
    }

    private func successor(of line: Line) -> Line? {
        let origin = LetterSummary.Origin(partition: line.partition, offset: line.offset)
        for (place, letters) in self.known.letters {
            if let next = letters.first(where: { $0.summary.origin == origin }) {
                return self.line(place.partition, next)
            }
        }
        return nil
    }

    /// The letters of a filter as a set of places.
    ///
    /// Runs reach over offsets at which there is no letter, such as those of transaction markers.
    func places(_ filter: LetterFilter, now: UnixMilliseconds) -> [(partition: Int32, offsets: ClosedRange<Int64>)] {
        let test = filter.test(self.forms, now: now)
        var runs: [(partition: Int32, offsets: ClosedRange<Int64>)] = []
        for (place, letters) in self.known.letters.sorted(by: { $0.key < $1.key }) {
            var continues = false
            for letter in letters {
                let isChosen =
                    test(letter.summary) && filter.state.includes(self.marks[place.partition, letter.offset])
                if isChosen, continues, let last = runs.last {
                    runs[runs.count - 1].offsets = last.offsets.lowerBound...letter.offset
                } else if isChosen {
                    runs.append((place.partition, letter.offset...letter.offset))
                }
                // Letters that were forgotten to make room may be in between.
                continues = isChosen && !self.known.isFull
            }
        }
        return runs
    }
}
