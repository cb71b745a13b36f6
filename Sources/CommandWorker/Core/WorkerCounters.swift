public import CustomerContract

/// What the worker has done since it began; every number only grows.
public struct WorkerCounters: Sendable, Hashable {
    /// Created results by outcome.
    public internal(set) var created: [CreatedOutcome: Int] = [:]
    /// Failed results by code; as many dead letters.
    public internal(set) var failed: [ErrorCode: Int] = [:]
    /// Failed requests that were or will be tried again, by reason.
    public internal(set) var retries: [String: Int] = [:]
    /// Requests of which nobody knows whether they were carried out: no answer, or none that says so.
    public internal(set) var unknownOutcomes = 0
    /// Customers that were there when a request with an unknown outcome was sent again: it had been carried out.
    ///
    /// What Flexprice does after making a customer (its onboarding) may have been cut off with it.
    public internal(set) var duplicatesAfterUnknown = 0
    /// How often everybody's requests were stopped.
    public internal(set) var breakerOpenings = 0
    /// Records that the metadata of the committed offset listed as ended.
    public internal(set) var skipped = 0
    /// Commands given up because their partition was taken away or the worker stopped; they run again elsewhere.
    public internal(set) var abandoned = 0
    /// Fields that the contract does not know, passed on.
    public internal(set) var unknownFields = 0

    /// Published results.
    public var resultCount: Int { self.created.values.reduce(0, +) + self.failed.values.reduce(0, +) }

    mutating func count(_ result: CommandResult) {
        switch result.outcome {
        case .created(let outcome, _): self.created[outcome, default: 0] += 1
        case .failed(let failure): self.failed[failure.code, default: 0] += 1
        }
    }
}
