package import CustomerContract
package import Records

/// What the worker knows of one command in flight.
package struct InFlightReport: Sendable, Hashable {
    /// How far a command has come.
    package enum Stage: String, Sendable, Hashable, CaseIterable {
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
    package let id: CommandID
    /// Where its record stands.
    package let position: RecordPosition
    /// How far it has come.
    package let stage: Stage
    /// Requests to the API so far.
    package let attempts: Int
    /// When the next attempt is due, from now on; only of one that backs off.
    package let nextAttempt: Duration?
    /// A sentence on what has to happen before it goes on.
    package let waitsFor: String
}
