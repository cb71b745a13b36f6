/// A moment by which several questions to a cluster are to be answered together.
struct TimeLimit: Sendable {
    private let end: ContinuousClock.Instant

    /// The moment in so long a time.
    init(_ duration: Duration) {
        self.end = .now + duration
    }

    /// Whether nothing more is to be asked.
    var isOver: Bool { ContinuousClock.now >= self.end }

    /// What is left for one question: at most `most`, and a millisecond where nothing is.
    func left(atMost most: Duration) -> Duration { max(.milliseconds(1), min(most, self.end - .now)) }
}
