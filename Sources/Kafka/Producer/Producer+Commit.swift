extension Producer {
    /// Commits, again while librdkafka says that the same call may be repeated (rdkafka.h,
    /// `rd_kafka_commit_transaction`).
    ///
    /// - Parameter attempts: calls in all, at least one.
    /// - Throws: ``KafkaError`` of the last one.
    package func commitTransaction(attempts: Int) throws(KafkaError) {
        var attemptsLeft = attempts
        while true {
            do {
                return try self.commitTransaction()
            } catch  where error.disposition == .retry && attemptsLeft > 1 {
                attemptsLeft -= 1
            }
        }
    }
}
