/// What a reload (HUP) does with a changed setting.
package enum ReloadEffect: String, Sendable {
    /// The new value holds from then on.
    case takesEffect = "takes effect"

    /// The old value stays until the process is restarted; the log says so.
    case needsRestart = "needs a restart"
}
