/// Which failures of one kind the log tells: the first, and then one a minute at most.
struct TroubleLog: Sendable {
    static let spacing: Duration = .seconds(60)

    private var lastTold: Duration?
    private var untold = 0

    /// How many before this one were not told; `nil` when this one is not told either.
    mutating func tells(at now: Duration) -> Int? {
        if let lastTold, now - lastTold < Self.spacing {
            self.untold += 1
            return nil
        }
        self.lastTold = now
        defer { self.untold = 0 }
        return self.untold
    }
}
