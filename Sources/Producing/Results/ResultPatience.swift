/// What to do while no result comes: wait, look again from further back, or give up.
///
/// 1. It is given up when no result has come for the time that was allowed, and not before.
/// 2. Looking again costs a reading of what is there already, so it is done after 5 s of silence, and each time after
///    twice as long and from four times as far back: in 20 minutes at most eight times.
struct ResultPatience {
    /// What to do.
    enum Step: Hashable {
        case wait
        /// From so many records before the first place on, in each partition.
        case lookAgain(records: Int64)
        case giveUp
    }

    private let limit: Duration
    private var lastResult = Duration.zero
    private var silence = Duration.seconds(5)
    private var distance: Int64 = 1_000

    /// - Parameter limit: how long no result may come.
    init(limit: Duration) {
        self.limit = limit
    }

    /// Results came, or they were not waited for until now.
    mutating func answered(at now: Duration) { self.lastResult = now }

    /// What to do now.
    mutating func step(at now: Duration) -> Step {
        if now - self.lastResult >= self.limit { return .giveUp }
        guard now - self.lastResult >= self.silence else { return .wait }
        defer {
            self.silence *= 2
            self.distance *= 4
        }
        return .lookAgain(records: self.distance)
    }
}
