import CustomerContract
import Operations
import Records
import Redrive

struct LetterGroups: Sendable {
    enum Grouping: String, Sendable, CaseIterable {
        /// The code and the form of the reason.
        case reason
        case code
        /// A field that is wrong; a letter may be in several groups.
        case field
        case source
        case age

        var title: String {
            self == .reason ? "Reason" : self.rawValue.prefix(1).uppercased() + self.rawValue.dropFirst()
        }
    }

    struct Group: Sendable {
        /// Selects its letters.
        let filter: LetterFilter
        /// The code; `nil` where it is not what groups, or there is none.
        let kind: String?
        /// The name, where neither code nor reason is one.
        let name: String?
        let form: ReasonForms.Place?
        var count = 0
        /// Those that failed in each of the last 24 hours, the latest last.
        var trend = [Int](repeating: 0, count: 24)
        var oldest: UnixMilliseconds?
        var newest: UnixMilliseconds?
        var sendable = 0
        var stays: [LeftReason: Int] = [:]
        /// The newest of them.
        var example: (partition: Int32, offset: Int64)?
    }

    /// The largest groups first.
    let groups: [Group]
    let hidden: Int
    let count: Int

    /// More are not read.
    static let most = 200

    private enum Key: Hashable {
        case reason(String?, ReasonForms.Place)
        case text(String?)
        case age(Int)
    }

    /// Ages by which letters are grouped: the name, and the bounds as options have them.
    private static let ages: [(name: String, since: String?, until: String?, hours: Int64)] = [
        ("in the last hour", "1h", nil, 1), ("1 to 24 hours ago", "24h", "1h", 24),
        ("1 to 7 days ago", "7d", "24h", 168), ("more than 7 days ago", nil, "7d", .max),
    ]

    init(_ book: LetterBook, _ filter: LetterFilter, by grouping: Grouping, now: UnixMilliseconds) {
        var groups: [Key: Group] = [:]
        var count = 0
        book.visit(filter, now: now) { line in
            count += 1
            for key in Self.keys(of: line.summary, grouping, now) {
                groups[key, default: Self.group(key, filter, grouping, book.forms)].take(line, now)
            }
        }
        let sorted = groups.values.sorted {
            $0.count == $1.count ? ($0.newest?.value ?? .min) > ($1.newest?.value ?? .min) : $0.count > $1.count
        }
        self.groups = Array(sorted.prefix(Self.most))
        self.hidden = sorted.count - self.groups.count
        self.count = count
    }

    private static func keys(of letter: LetterSummary, _ grouping: Grouping, _ now: UnixMilliseconds) -> [Key] {
        switch grouping {
        case .reason: return [.reason(letter.kind, letter.form)]
        case .code: return [.text(letter.kind)]
        case .field: return letter.fields.isEmpty ? [.text(nil)] : letter.fields.map { .text($0) }
        case .source: return [.text(letter.source)]
        case .age:
            guard let failedAt = letter.failedAt else { return [.text(nil)] }
            let hours = max(0, now.milliseconds(since: failedAt)) / 3_600_000
            return [.age(Self.ages.firstIndex { hours < $0.hours } ?? Self.ages.count - 1)]
        }
    }

    private static func group(_ key: Key, _ filter: LetterFilter, _ grouping: Grouping, _ forms: ReasonForms) -> Group {
        var filter = filter
        switch (key, grouping) {
        case (.reason(let kind, let form), _):
            filter.kind = kind ?? ""
            filter.why = forms.key(at: form)
            return Group(filter: filter, kind: kind, name: nil, form: form)
        case (.age(let index), _):
            (filter.since, filter.until) = (Self.ages[index].since, Self.ages[index].until)
            return Group(filter: filter, kind: nil, name: Self.ages[index].name, form: nil)
        case (.text(let text), .code):
            filter.kind = text ?? ""
            return Group(filter: filter, kind: text, name: text == nil ? "without a code" : nil, form: nil)
        case (.text(let text), .field):
            filter.field = text
            return Group(filter: filter, kind: nil, name: text ?? "no field is known", form: nil)
        case (.text(let text), .source):
            filter.source = text ?? ""
            return Group(filter: filter, kind: nil, name: text ?? "unknown", form: nil)
        case (.text, .reason), (.text, .age):
            return Group(filter: filter, kind: nil, name: "at an unknown time", form: nil)
        }
    }
}

extension LetterGroups.Group {
    fileprivate mutating func take(_ line: LetterBook.Line, _ now: UnixMilliseconds) {
        self.count += 1
        let isNewest = (line.summary.failedAt?.value ?? .min) >= (self.newest?.value ?? .min)
        if isNewest { self.example = (line.partition, line.offset) }
        if let failedAt = line.summary.failedAt {
            self.oldest = min(self.oldest ?? failedAt, failedAt)
            self.newest = max(self.newest ?? failedAt, failedAt)
            let hours = now.milliseconds(since: failedAt) / 3_600_000
            if (0..<24).contains(hours) { self.trend[23 - Int(hours)] += 1 }
        }
        guard line.mark == .waiting else { return }
        if let stays = line.summary.stays { self.stays[stays, default: 0] += 1 } else { self.sendable += 1 }
    }

    /// What a redrive would do: `sends`, or the number that it sends and those that stay; `-` where none waits.
    var verdict: String { LetterReportView.redrive(sendable: self.sendable, left: self.stays) }
}
