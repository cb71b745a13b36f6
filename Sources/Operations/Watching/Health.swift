package import CommandWorker

/// Whether the worker lives and is ready, and if not, why: a pure function of what was last seen of it.
package struct Health: Sendable, Equatable {
    /// One thing that is missing.
    package struct Reason: Sendable, Equatable {
        /// A bounded word for programs.
        package let word: String
        /// A sentence for people.
        package let detail: String
    }

    /// Whether the loop goes on; `false` means that only a restart helps.
    package let isLive: Bool
    /// Everything that keeps it from being ready; empty when it is.
    package let reasons: [Reason]

    /// Whether commands are taken in and answered.
    package var isReady: Bool { self.reasons.isEmpty }

    /// A loop that has not answered for so long is stuck: its longest legitimate calls take milliseconds.
    package static let longestSilence: Duration = .seconds(15)

    /// Judges.
    ///
    /// - Parameters:
    ///   - inspection: the loop's last answer; `nil` before the first.
    ///   - silence: how long ago it was, or how long the loop runs without one.
    package init(_ inspection: WorkerInspection?, silence: Duration) {
        self.isLive = silence < Self.longestSilence
        var reasons: [Reason] = []
        if !self.isLive {
            reasons.append(.init(word: "loop_stuck", detail: "the loop has not answered for \(silence.wholeSeconds) s"))
        }
        guard let inspection else {
            self.reasons = reasons + [.init(word: "starting", detail: "the loop has not begun")]
            return
        }
        let snapshot = inspection.snapshot
        if snapshot.hasLostBrokers {
            reasons.append(.init(word: "brokers_unreachable", detail: "no Kafka broker can be reached"))
        }
        if !snapshot.hasJoined {
            reasons.append(.init(word: "not_joined", detail: "the consumer group has not answered yet"))
        } else if snapshot.isTakingPartitions {
            reasons.append(
                .init(word: "taking_partitions", detail: "the committed offsets of new partitions are being read")
            )
        }
        if let block = snapshot.intakeBlock, let reason = Reason(intakeBlock: block) { reasons.append(reason) }
        self.reasons = reasons
    }
}

extension Health.Reason {
    /// `nil` for fullness, which is the ordinary way to be busy.
    fileprivate init?(intakeBlock word: String) {
        switch word {
        case "full":
            return nil
        case "draining":
            self.init(word: "draining", detail: "the worker is stopping")
        case "suspended":
            self.init(word: "intake_paused", detail: "an operator suspended the intake (TSTP); CONT resumes it")
        case "publishing":
            self.init(word: "publishing_trouble", detail: "results cannot be published; they are tried again")
        case _ where word.hasPrefix("store_"):
            self.init(
                word: "store_trouble",
                detail: "the store cannot be used (\(word.dropFirst(6))); it is tried again"
            )
        default:
            self.init(
                word: "intake_paused",
                detail: "the API fails for everybody (\(word)); single requests probe whether it is well again"
            )
        }
    }
}

extension Duration {
    /// Seconds, rounded down.
    var wholeSeconds: Int64 { self.components.seconds }
}
