extension RedriveJob {
    /// The numbers that a job decides by.
    package struct Settings: Sendable, Hashable {
        /// Send at most so many in all.
        package var limit: Int?
        /// Records a second; `nil` for no bound.
        package var rate: Double? = 100
        /// So many are sent first, and the rest only if all of them succeed; 0 for none.
        package var canary = 0
        /// How long the results of the first ones may take.
        package var canaryPatience: Duration = .seconds(60)
        /// Stop once so many could not be sent or failed again.
        package var maximumFailures: Int?
        /// Between two signs of life.
        package var beatInterval: Duration = .seconds(2)

        /// The defaults.
        package init() {}

        /// Letters of one transaction: an eighth of a second's worth, so that the rate is smooth and one can stop soon.
        var batchLimit: Int {
            guard let rate else { return Self.largestBatch }
            return min(Self.largestBatch, max(1, Int(rate / 8)))
        }

        private static let largestBatch = 500
    }
}
