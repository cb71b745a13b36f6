public import CustomerContract
public import Records

/// What the worker knows of one command in flight.
public struct InFlightReport: Sendable, Hashable {
    /// How far a command has come.
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        /// Behind an earlier command of the same external_id.
        case waitingInLane = "waiting_in_lane"
        /// Being looked up or remembered in the store.
        case atStore = "at_store"
        /// Ready for the API.
        case waitingForRequest = "waiting_for_request"
        /// A request is under way.
        case requesting
        /// Waits for its next attempt.
        case backingOff = "backing_off"
        /// Has its outcome, and waits for its result to be committed.
        case finished
    }

    /// The command's id.
    public let id: CommandID
    /// Where its record stands.
    public let position: RecordPosition
    /// How far it has come.
    public let stage: Stage
    /// Requests to the API so far.
    public let attempts: Int
    /// When the next attempt is due, from now on; only of one that backs off.
    public let nextAttempt: Duration?
    /// A sentence on what has to happen before it goes on.
    public let waitsFor: String
}
