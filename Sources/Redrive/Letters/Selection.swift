package import CustomerContract
import Kafka
package import Records
package import Topics

/// Which dead letters are selected: those that meet every condition that is set.
package struct Selection: Sendable, Hashable {
    /// Codes of the worker or names of exception classes, of which the last part is enough; empty for any.
    package var kinds: Set<String> = []
    /// Only those whose headers say so; `nil` for any.
    package var isRetryable: Bool?
    /// Only these customers; empty for any.
    package var externalIDs: Set<ExternalID> = []
    /// Failed at that time or later.
    package var since: UnixMilliseconds?
    /// Failed before that time.
    package var until: UnixMilliseconds?
    /// Only these partitions of the dead-letter topic; empty for any.
    package var partitions: Set<Int32> = []
    /// Only offsets in one of these ranges; empty for any.
    package var offsets: [ClosedRange<Int64>] = []
    /// Only these letters; `nil` for any.
    package var letters: LetterSet?
    /// The keys of forms of reasons (``ReasonForm``), an empty one for none; without any, every reason.
    package var reasons: Set<String> = []
    package var headers: [RecordHeader] = []
    package var limit: Int?

    package init() {}

    /// Whether a dead letter meets every condition; the limit is the caller's to apply.
    package func matches(_ letter: DeadLetter) -> Bool {
        let (partition, offset) = (letter.position.partition, letter.position.offset)
        if !self.partitions.isEmpty, !self.partitions.contains(partition) { return false }
        if !self.offsets.isEmpty, !self.offsets.contains(where: { $0.contains(offset) }) { return false }
        if let letters, !letters.contains(partition, offset) { return false }
        if let isRetryable, letter.isRetryable != isRetryable { return false }
        if !self.matchesKind(letter.kind) { return false }
        if self.since != nil || self.until != nil {
            guard let failedAt = letter.failedAt else { return false }
            if let since, failedAt < since { return false }
            if let until, failedAt >= until { return false }
        }
        guard self.headers.allSatisfy({ letter.record.headers.contains($0) }) else { return false }
        if !self.reasons.isEmpty, !self.reasons.contains(letter.reason.map { ReasonForm($0).key } ?? "") {
            return false
        }
        // Last, since it may parse the value.
        return self.externalIDs.isEmpty || letter.externalIDs.contains { self.externalIDs.contains($0) }
    }

    /// Whether a letter of this code or class meets that condition.
    package func matchesKind(_ kind: String?) -> Bool {
        if self.kinds.isEmpty { return true }
        guard let kind else { return false }
        if self.kinds.contains(kind) { return true }
        guard let dot = kind.lastIndex(of: ".") else { return false }
        return self.kinds.contains(String(kind[kind.index(after: dot)...]))
    }

    /// The parts of these ranges in which any letter may meet the conditions.
    func narrowed(_ ranges: [TopicPartition: Range<Int64>]) -> [TopicPartition: Range<Int64>] {
        let chosen = ranges.filter { self.partitions.isEmpty || self.partitions.contains($0.key.partition) }
        guard let extents = self.letters?.extents else { return chosen }
        return chosen.reduce(into: [:]) { narrowed, entry in
            narrowed[entry.key] = extents[entry.key.partition].map { entry.value.clamped(to: Range($0)) }
        }
    }

    /// The conditions in words; `all` without any.
    package var description: String {
        var parts: [String] = []
        if !self.kinds.isEmpty { parts.append("code \(self.kinds.sorted().joined(separator: ", "))") }
        if let isRetryable { parts.append(isRetryable ? "retryable" : "not retryable") }
        if self.externalIDs.count == 1, let id = self.externalIDs.first { parts.append("external_id \(id.text)") }
        if self.externalIDs.count > 1 { parts.append("\(self.externalIDs.count) external_ids") }
        if let since { parts.append("since \(since)") }
        if let until { parts.append("until \(until)") }
        if !self.partitions.isEmpty {
            parts.append("partition \(self.partitions.sorted().map(String.init).joined(separator: ", "))")
        }
        if !self.offsets.isEmpty {
            parts.append("offsets \(self.offsets.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", "))")
        }
        if let letters { parts.append(letters.description) }
        parts += self.reasons.sorted().map { $0.isEmpty ? "without a reason" : "reason \($0)" }
        parts += self.headers.map { "header \($0.name)=\($0.text ?? "")" }
        if let limit { parts.append("at most \(limit)") }
        return parts.isEmpty ? "all" : parts.joined(separator: "; ")
    }
}

extension RecordHeader {
    /// Reads `NAME=VALUE`; `nil` without a name or without `=`.
    package init?(parsing text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
        self.init(name: HeaderName(String(text[..<equals])), text: String(text[text.index(after: equals)...]))
    }
}

/// Which dead letters are selected by what was done with them.
package enum LetterState: String, Sendable, Hashable, CaseIterable {
    /// Neither sent back nor dismissed.
    case waiting
    case redriven
    case dismissed
    case all

    package func includes(_ mark: LetterMark) -> Bool { self == .all || self.rawValue == mark.rawValue }
}
