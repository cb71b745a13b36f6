package import CustomerContract
import Kafka
package import Records
package import Topics

/// Which dead letters are meant: those that meet every condition that is set.
package struct Selection: Sendable, Hashable {
    /// Codes of ours or names of exception classes, the last part of which is enough; empty for any.
    package var kinds: Set<String> = []
    /// Only those that say so; `nil` for any.
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
    /// Headers that must be there.
    package var headers: [HeaderMatch] = []
    /// At most so many.
    package var limit: Int?

    /// Everything.
    package init() {}

    /// Whether a dead letter meets every condition; the limit is for whoever counts.
    package func matches(_ letter: DeadLetter) -> Bool {
        let partition = letter.record.topicPartition.partition
        if !self.partitions.isEmpty, !self.partitions.contains(partition) { return false }
        if !self.offsets.isEmpty, !self.offsets.contains(where: { $0.contains(letter.record.offset) }) { return false }
        if let isRetryable, letter.isRetryable != isRetryable { return false }
        if !self.kinds.isEmpty, !self.matchesKind(letter.kind) { return false }
        if self.since != nil || self.until != nil {
            guard let failedAt = letter.failedAt else { return false }
            if let since, failedAt < since { return false }
            if let until, failedAt >= until { return false }
        }
        guard self.headers.allSatisfy({ $0.matches(letter.record.headers) }) else { return false }
        // Last, since it may parse the value.
        return self.externalIDs.isEmpty || letter.externalIDs.contains { self.externalIDs.contains($0) }
    }

    private func matchesKind(_ kind: String?) -> Bool {
        guard let kind else { return false }
        if self.kinds.contains(kind) { return true }
        guard let dot = kind.lastIndex(of: ".") else { return false }
        return self.kinds.contains(String(kind[kind.index(after: dot)...]))
    }

    /// The conditions in words, as an operator would say them; `all` without any.
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
        parts += self.headers.map { "header \($0.name)=\($0.value)" }
        if let limit { parts.append("at most \(limit)") }
        return parts.isEmpty ? "all" : parts.joined(separator: "; ")
    }
}
