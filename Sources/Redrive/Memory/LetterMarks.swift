import Kafka
import Records

/// What an operator did with a dead letter.
package enum LetterMark: String, Sendable, Hashable, CaseIterable {
    /// Nothing yet: it waits.
    case waiting
    case redriven
    /// It was dismissed: it needs no sending back.
    case dismissed
}

/// What is remembered of the dead letters of one topic: those that were sent back, and those that were dismissed.
///
/// Two sets under names of their own in the cluster, so that neither is ever taken for the other. A letter that waits
/// is in none of them.
package struct LetterMarks: Sendable, Hashable {
    /// What the cluster keeps, by page; see ``LetterSet``.
    package struct Pages: Sendable {
        var sentBack: [Int64: [PartitionOffset]] = [:]
        var dismissed: [Int64: [PartitionOffset]] = [:]
    }

    /// Those that were sent back, by any job.
    package var sentBack: LetterSet
    /// Those that were dismissed, and not restored.
    package var dismissed: LetterSet

    /// Without letters, all of them wait.
    package init(sentBack: LetterSet = LetterSet(), dismissed: LetterSet = LetterSet()) {
        self.sentBack = sentBack
        self.dismissed = dismissed
    }

    /// What was done with a letter; one that is in both sets was sent back, which cannot be undone.
    package subscript(partition: Int32, offset: Int64) -> LetterMark {
        if self.sentBack.contains(partition, offset) { return .redriven }
        return self.dismissed.contains(partition, offset) ? .dismissed : .waiting
    }

    subscript(position: RecordPosition) -> LetterMark { self[position.partition, position.offset] }

    /// Every page of both, so that they are renewed.
    func allPages(of topic: String) -> Pages {
        Pages(sentBack: self.sentBack.allPages(of: topic), dismissed: self.dismissed.allPages(of: topic))
    }
}
