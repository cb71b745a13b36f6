import Kafka
package import Records
package import Topics

/// What goes back in one transaction.
package struct ReturnBatch: Sendable {
    /// A dead letter with the record that it becomes.
    package struct Entry: Sendable {
        /// The dead letter as it stands.
        package let letter: DeadLetter
        /// What goes back.
        package let record: ProducerRecord

        var byteCount: Int { (self.record.key?.count ?? 0) + (self.record.value?.count ?? 0) }
    }

    /// In the order in which they stand in their partitions.
    package let entries: [Entry]

    /// Where the dead letters stand.
    package var places: [(partition: Int32, offset: Int64)] {
        self.entries.map { ($0.letter.record.topicPartition.partition, $0.letter.record.offset) }
    }
}
