import CustomerContract

/// Notices a refusal that is not the commands' own fault: valid commands of distinct ids refused in the same words,
/// with no success between, as when a tax rate is switched off or a new field becomes required.
struct AlikeRefusals: Sendable {
    /// Requests that go in a trickle are this far apart.
    static let trickleInterval: Duration = .seconds(1)

    /// Refusals that make a trickle of the flow; 0 for never.
    private let limit: Int
    private var signature: RefusalSignature?
    private var refused: Set<ExternalID> = []
    /// When the next request of the trickle may go; `nil` while requests flow.
    private(set) var trickleDue: Duration?

    init(limit: Int) { self.limit = limit }

    /// What the refusals say that made a trickle of the flow; `nil` while requests flow.
    var common: RefusalSignature? { self.trickleDue == nil ? nil : self.signature }

    /// Takes note of a refusal; `true` when it makes a trickle of the flow.
    mutating func refused(_ id: ExternalID, _ signature: RefusalSignature, at now: Duration) -> Bool {
        guard self.limit > 0, self.trickleDue == nil else { return false }
        if self.signature != signature {
            self.signature = signature
            self.refused.removeAll(keepingCapacity: true)
        }
        self.refused.insert(id)
        guard self.refused.count >= self.limit else { return false }
        self.refused = []
        self.trickleDue = now + Self.trickleInterval
        return true
    }

    /// A request of the trickle has gone.
    mutating func trickled(at now: Duration) { self.trickleDue = now + Self.trickleInterval }

    /// A customer was made: refusals are the commands' own again.
    ///
    /// - Returns: whether that ends a trickle.
    mutating func succeeded() -> Bool {
        guard self.signature != nil else { return false }
        defer { self = AlikeRefusals(limit: self.limit) }
        return self.trickleDue != nil
    }
}
