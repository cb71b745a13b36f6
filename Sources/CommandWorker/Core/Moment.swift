package import Records

/// What the core knows of time: given to it with every input, so that a simulation can give what it likes.
package struct Moment: Sendable, Hashable {
    /// Time since the worker began, by a clock that never goes back: for waits and deadlines.
    package let uptime: Duration
    /// The time of day: for what others read.
    package let wall: UnixMilliseconds

    /// Names a moment.
    package init(uptime: Duration, wall: UnixMilliseconds) {
        self.uptime = uptime
        self.wall = wall
    }
}
