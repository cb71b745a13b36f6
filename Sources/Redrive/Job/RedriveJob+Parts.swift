package import Kafka
import Records
import Topics

extension RedriveJob {
    /// The numbers that a job decides by.
    package struct Settings: Sendable, Hashable {
        /// The number of letters that are sent at most, in all.
        package var limit: Int?
        /// Records a second; `nil` for no bound.
        package var rate: Double? = 100
        /// The number of letters that are sent first, the rest only if all of them succeed; 0 for none.
        package var canary = 0
        /// Timeout of the results of the first letters.
        package var canaryTimeout: Duration = .seconds(60)
        /// The number of letters that cannot be sent or fail again at which the job stops.
        package var maximumFailures: Int?
        /// The time between two signs of life.
        var beatInterval: Duration = .seconds(2)

        /// Letters of one transaction: those of an eighth of a second, so that the rate is smooth and a stop is quick.
        var batchLimit: Int { min(500, max(1, Int((self.rate ?? 4_000) / 8))) }
    }

    /// A dead letter with the record that it becomes.
    struct Outgoing: Sendable {
        let letter: DeadLetter
        let record: ProducerRecord

        /// Where the dead letter is.
        var place: (partition: Int32, offset: Int64) { (self.letter.position.partition, self.letter.position.offset) }
        var byteCount: Int { (self.record.keyBytes?.count ?? 0) + (self.record.valueBytes?.count ?? 0) }
    }

    /// What a job has done so far.
    package struct Counts: Sendable, Hashable {
        /// Dead letters that met the selection.
        var matched = 0
        /// Sent back by this process; what is in an open transaction does not count yet.
        package internal(set) var moved = 0
        /// Sent back by earlier processes of the same job.
        package internal(set) var movedBefore = 0
        /// Left where they are, by reason.
        package internal(set) var left: [LeftReason: Int] = [:]
        /// Sent back and failed again, as far as results were followed, by code.
        package internal(set) var failedAgain: [String: Int] = [:]
        /// The lowest and the highest offset that was sent back, by partition of the dead-letter topic.
        var ranges: [Int32: ClosedRange<Int64>] = [:]

        package var leftCount: Int { self.left.values.reduce(0, +) }
        package var failedAgainCount: Int { self.failedAgain.values.reduce(0, +) }

        mutating func moved(_ partition: Int32, _ offset: Int64) {
            self.moved += 1
            let range = self.ranges[partition] ?? offset...offset
            self.ranges[partition] = min(range.lowerBound, offset)...max(range.upperBound, offset)
        }
    }

    /// Why a job is over.
    package enum Ending: Sendable, Hashable {
        /// Everything up to the ends was read.
        case finished
        /// The operator stopped it; the same command resumes it.
        case cancelled
        /// Of the first letters some failed again.
        case canaryFailed
        /// The first letters had no result in time.
        case canaryTimedOut
        /// Too many letters could not be sent, or failed again.
        case tooManyFailures
        /// Another job took the topic over.
        case takenOver
        /// The cluster refused to continue.
        case failed(KafkaError)

        /// A name for programs, bounded.
        package var name: String {
            switch self {
            case .finished: "finished"
            case .cancelled: "cancelled"
            case .canaryFailed: "canary_failed"
            case .canaryTimedOut: "canary_timed_out"
            case .tooManyFailures: "too_many_failures"
            case .takenOver: "taken_over"
            case .failed: "failed"
            }
        }

        /// Whether the same command resumes the job where this one stopped; after other endings it begins again, with
        /// what is left.
        package var isResumable: Bool {
            switch self {
            case .cancelled, .failed: true
            case .finished, .canaryFailed, .canaryTimedOut, .tooManyFailures, .takenOver: false
            }
        }
    }
}
