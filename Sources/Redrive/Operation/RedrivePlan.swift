import Kafka
import Records
import Topics

/// What a redrive is going to do, before anything is done.
package struct RedrivePlan: Sendable {
    /// Whether it begins or resumes.
    package let claim: JobClaim
    /// What it would do, found by reading everything.
    package let forecast: RedriveForecast
    /// The selection, with the times of the job that is resumed.
    package let selection: Selection
    /// The job's ends.
    let ends: [TopicPartition: Int64]
    /// Where results are followed from.
    let results: [TopicPartition: Int64]
    let snapshot: TopicSnapshot
    let route: ReturnRoute
    /// The record as it stood when the plan was made.
    let found: JobRecord?

    /// The job that is resumed, if there is one.
    package var resumed: JobRecord? {
        if case .resume(let record) = self.claim { record } else { nil }
    }

    /// The unfinished job that is left behind, if there is one.
    package var left: JobRecord? {
        if case .begin(let leaving) = self.claim { leaving } else { nil }
    }
}
