/// What an operator asks of a redrive.
package struct RedriveRequest: Sendable {
    package let topic: String
    /// Which dead letters; its limit bounds the number that is sent.
    let selection: Selection
    /// The words that choose, address and change dead letters, as the operator gave them.
    let words: [[String]]
    /// The topic that all are sent to; `nil` for the one that each came from.
    package var destination: String?
    package var edits = CommandEdits()
    /// The number of times that a command may be sent back.
    package var maximumLaps = ReturnRoute.usualLaps
    /// Whether what is certain to fail again is sent too.
    package var isForced = false
    package var settings = RedriveJob.Settings()
    /// Whether an unfinished job of another command is left behind, a running one fenced.
    package var takesOver = false
    /// The rules by which the worker judges what comes back.
    let rules: CommandRules
    let resultTopic: String
    /// The file that keeps edited letters as they were; used only with edits.
    let originalsPath: String
    let auditPath: String
    /// A topic that gets the audit entries too, in the job's own transactions.
    package var auditTopic: String?

    package init(
        topic: String,
        selection: Selection,
        words: [[String]],
        rules: CommandRules,
        resultTopic: String,
        originalsPath: String,
        auditPath: String
    ) {
        self.topic = topic
        self.selection = selection
        self.words = words
        self.rules = rules
        self.resultTopic = resultTopic
        self.originalsPath = originalsPath
        self.auditPath = auditPath
    }

    /// What makes two commands the same job: FNV-1a (64 bits, base 36) over the words, in any order.
    ///
    /// How fast and how carefully letters are sent is not part of it: a job may be resumed at another rate. Words are
    /// compared, not what they mean: `--since 2h` is the same command an hour later.
    var identity: String { Self.identity(of: self.words) }

    static func identity(of words: [[String]]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let lines = words.map { $0.joined(separator: "\u{1F}") }.sorted()
        for byte in lines.joined(separator: "\u{1E}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 36)
    }

    /// Why a redrive does not begin: one sentence with what to do.
    package enum Refusal: Error, Sendable, CustomStringConvertible {
        case running(JobRecord)
        /// A redrive is running, and what was asked is none.
        case busy(JobRecord)
        case abandoned(JobRecord)
        /// Another job began between the plan and the start.
        case overtaken

        package var description: String {
            switch self {
            case .running(let job):
                "job \(job.id) is running (\(Self.about(job))); wait for it, or end it with --take-over"
            case .busy(let job):
                "job \(job.id) is running (\(Self.about(job))); wait for its end"
            case .abandoned(let job):
                "job \(job.id) was abandoned (\(Self.about(job))); run the same command again to resume it, "
                    + "or begin this one in its place with --take-over: what it sent stays sent"
            case .overtaken:
                "another redrive of the topic began at the same moment, and both have stopped; run the command again"
            }
        }

        private static func about(_ job: JobRecord) -> String {
            "\(job.owner), since \(job.beganAt), \(job.moved) sent back, selection: \(job.summary)"
        }
    }
}
