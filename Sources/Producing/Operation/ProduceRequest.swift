/// Everything that is said about a sending.
package struct ProduceRequest: Sendable {
    /// Where the commands go.
    package var commandTopic: String
    /// Where their results come from.
    package var resultTopic: String
    /// The rules.
    package var rules: RowRules
    /// The row to begin with: everything before it is passed over.
    package var firstRow = 1
    /// Commands a second; `nil` for no bound.
    package var rate: Double?
    /// Whether the results are awaited.
    package var awaitsResults = false
    /// How long no result may come before it is given up.
    package var patience = Duration.seconds(1_200)

    /// A request with its necessary parts.
    package init(commandTopic: String, resultTopic: String, rules: RowRules) {
        self.commandTopic = commandTopic
        self.resultTopic = resultTopic
        self.rules = rules
    }
}
