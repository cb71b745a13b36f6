/// The names under which the redrive keeps what it knows in the cluster, one set for each dead-letter topic.
///
/// All begin with `customer-worker.redrive.`, so that one prefixed rule of an access list covers them.
package struct RedriveNames: Sendable, Hashable {
    private let stem: String

    /// The names for a dead-letter topic.
    package init(deadLetterTopic: String) {
        self.stem = "customer-worker.redrive.\(deadLetterTopic)"
    }

    /// One for all jobs of the topic: whoever takes it fences whoever had it before.
    package var transactionalID: String { self.stem }

    /// The group that holds the job's record: its offsets are the ends that the job stops at.
    package var jobGroup: String { "\(self.stem).job" }

    /// The group that holds a page of what has been sent back.
    package func pageGroup(_ page: Int64) -> String { "\(self.stem).sent.\(page)" }
}
