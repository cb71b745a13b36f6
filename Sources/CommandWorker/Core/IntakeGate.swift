/// Whether records are taken in, and whether the partitions are paused for it.
struct IntakeGate: Sendable {
    /// An operator asked for a stop of the intake.
    var isSuspended = false
    /// The partitions are paused: polling brings no records, but keeps us a member of the group.
    var isPaused = false
    /// The backend's next probe is due and nothing in flight can be it: single records are taken in until one can.
    var seeksProbe = false
    /// Since when nothing is taken in; `nil` while records flow.
    var blockedSince: Duration?
    /// When the partitions are to be paused; `nil` when they flow or are paused already.
    var pauseDue: Duration?
}
