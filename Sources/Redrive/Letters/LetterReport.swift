import CustomerContract
package import Records
package import Topics

/// Dead letters counted in groups: an overview of a topic in bounded memory.
///
/// Every letter is counted, by what was done with it; the groups hold those of one state.
package struct LetterReport: Sendable {
    /// What letters of one group have in common.
    package struct Group: Sendable, Hashable {
        /// The code or the class of the exception; empty when no header has it.
        package let kind: String
        /// The topic that they came from; empty when no header names it.
        package let source: String
        /// The dialect of their headers; empty for none.
        package let dialect: String
        /// Whether they may succeed later; `nil` when no header says so.
        package let isRetryable: Bool?
        /// The number of times that they had been sent back when they failed.
        package let redriveCount: Int
        package let mark: LetterMark
        /// The form of their reasons; empty for none, `nil` for several.
        package fileprivate(set) var reason: String?

        /// The number of times that their commands have been sent back by now.
        package var laps: Int { self.redriveCount + (self.mark == .redriven ? 1 : 0) }

        /// Whether its letters have little in common, since there was no room for more groups.
        package var isRest: Bool { self.kind == Self.restKind }

        private static let restKind = "(others)"

        fileprivate static func rest(_ mark: LetterMark) -> Group {
            Group(kind: Self.restKind, source: "", dialect: "", isRetryable: nil, redriveCount: 0, mark: mark)
        }
    }

    package struct Tally: Sendable, Hashable {
        package fileprivate(set) var count = 0
        package fileprivate(set) var oldest: UnixMilliseconds?
        package fileprivate(set) var newest: UnixMilliseconds?
        package fileprivate(set) var samples: [RecordPosition] = []
        /// Why the first of them failed, in words.
        package fileprivate(set) var reason: String?
        package fileprivate(set) var sendable = 0
        package fileprivate(set) var left: [LeftReason: Int] = [:]
        fileprivate var form: ReasonForm?

        /// Why they failed, true for every one of them: «…» where their reasons differ, `nil` when these have nothing
        /// in common or there are none.
        package var why: String? { self.form?.text }

        fileprivate mutating func take(_ letter: DeadLetter, form: ReasonForm?) {
            self.count += 1
            if let failedAt = letter.failedAt {
                self.oldest = min(self.oldest ?? failedAt, failedAt)
                self.newest = max(self.newest ?? failedAt, failedAt)
            }
            if self.samples.count < LetterReport.mostSamples { self.samples.append(letter.position) }
            self.reason = self.reason ?? letter.reason
            guard let form else { return }
            if self.form == nil { self.form = form } else { self.form?.merge(form) }
        }
    }

    /// Other programs choose the names of exceptions, so the number of groups is bounded; the rest counts as one.
    private static let mostGroups = 500
    /// Other programs choose the words of reasons too: more forms of otherwise equal letters count as one group.
    private static let mostReasons = 12
    private static let mostSamples = 3

    private let state: LetterState
    private let limit: Int?
    private let route: ReturnRoute?
    /// The forms of reasons, by what the letters have in common otherwise.
    private var reasons: [Group: Set<String>] = [:]

    private(set) var groups: [Group: Tally] = [:]
    /// Letters in groups.
    package private(set) var count = 0
    /// Letters by what was done with them, whether or not they are in groups.
    package private(set) var counts: [LetterMark: Int] = [:]
    /// The earliest record timestamp among those that wait, which the retention deletes first.
    package private(set) var oldestWaitingRecord: UnixMilliseconds?

    /// Nothing is counted yet.
    ///
    /// - Parameters:
    ///   - state: Which letters are put in groups.
    ///   - route: Says what a redrive would do with those that wait.
    package init(of state: LetterState = .all, limit: Int? = nil, route: ReturnRoute? = nil) {
        self.state = state
        self.limit = limit
        self.route = route
    }

    package mutating func take(_ letter: DeadLetter, _ mark: LetterMark) {
        self.counts[mark, default: 0] += 1
        if mark == .waiting, let timestamp = letter.record.timestamp {
            self.oldestWaitingRecord = min(self.oldestWaitingRecord ?? timestamp, timestamp)
        }
        guard self.state.includes(mark), self.limit.map({ self.count < $0 }) ?? true else { return }
        self.count += 1
        let form = letter.reason.map { ReasonForm($0) }
        let group = self.group(of: letter, mark, form)
        var tally = self.groups[group] ?? Tally()
        tally.take(letter, form: group.reason == nil ? nil : form)
        if mark == .waiting, let route {
            switch route.verdict(for: letter).outcome {
            case .success: tally.sendable += 1
            case .failure(let reason): tally.left[reason, default: 0] += 1
            }
        }
        self.groups[group] = tally
    }

    private mutating func group(of letter: DeadLetter, _ mark: LetterMark, _ form: ReasonForm?) -> Group {
        var group = Group(
            kind: letter.kind ?? "",
            source: letter.source?.topic ?? "",
            dialect: letter.dialect?.rawValue ?? "",
            isRetryable: letter.isRetryable,
            redriveCount: letter.redriveCount,
            mark: mark
        )
        let key = form?.key ?? ""
        var known = self.reasons[group] ?? []
        let isOneOfMany = !known.contains(key) && known.count >= Self.mostReasons
        var named = group
        named.reason = isOneOfMany ? nil : key
        if self.groups[named] != nil { return named }
        guard self.groups.count < Self.mostGroups else { return .rest(mark) }
        if !isOneOfMany {
            known.insert(key)
            self.reasons[group] = known
            group = named
        }
        return group
    }

    /// Letters that wait, whether or not they are in groups.
    package var waitingCount: Int { self.counts[.waiting] ?? 0 }

    package var sorted: [(group: Group, tally: Tally)] {
        func order(_ group: Group) -> (String, String, String, Int, String, String) {
            (group.kind, group.source, group.dialect, group.redriveCount, group.mark.rawValue, group.reason ?? "")
        }
        return self.groups.map { ($0.key, $0.value) }.sorted { left, right in
            left.1.count == right.1.count ? order(left.0) < order(right.0) : left.1.count > right.1.count
        }
    }
}
