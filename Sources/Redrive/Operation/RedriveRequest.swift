/// Everything that an operator says about a redrive.
package struct RedriveRequest: Sendable {
    /// The dead-letter topic.
    package var topic: String
    /// Which dead letters; its limit bounds how many are sent.
    package var selection: Selection
    /// The words that make the same command the same job; see ``JobIdentity``.
    package var words: [[String]]
    /// Where they go; `nil` for where they came from.
    package var destination: String?
    /// What is changed on the way.
    package var mending = Mending()
    /// How often a command may be sent back.
    package var maximumLaps = 3
    /// Rate, canary, failures.
    package var settings = RedriveJob.Settings()
    /// Whether an unfinished job of somebody else's is left behind, a running one fenced.
    package var takesOver = false
    /// The topic of commands.
    package var commandTopic: String
    /// The topic of results.
    package var resultTopic: String
    /// Where mended letters are kept as they were; used only with a mending.
    package var originalsPath: String
    /// The audit log.
    package var auditPath: String
    /// A topic that gets the audit entries too, in the job's own transactions.
    package var auditTopic: String?

    /// A request with its necessary parts.
    package init(
        topic: String,
        selection: Selection,
        words: [[String]],
        commandTopic: String,
        resultTopic: String,
        originalsPath: String,
        auditPath: String
    ) {
        self.topic = topic
        self.selection = selection
        self.words = words
        self.commandTopic = commandTopic
        self.resultTopic = resultTopic
        self.originalsPath = originalsPath
        self.auditPath = auditPath
    }
}
