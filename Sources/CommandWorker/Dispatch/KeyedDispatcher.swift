import CustomerContract
import DequeModule

/// One FIFO lane per external_id: of a lane one command runs, the others wait in log order; lanes do not know each other.
///
/// A lane exists only while a command is in it, so memory does not grow with the ids ever seen.
struct KeyedDispatcher: Sendable {
    /// Those waiting behind the running one; empty for almost every lane, and then it allocates nothing.
    private var lanes: [ExternalID: Deque<CommandTicket>] = [:]

    /// Lanes with a running command.
    var laneCount: Int { self.lanes.count }

    /// Puts a command into its lane; `true` when it is the first there and may run now.
    mutating func enqueue(_ ticket: CommandTicket, in lane: ExternalID) -> Bool {
        if self.lanes[lane]?.append(ticket) != nil { return false }
        self.lanes[lane] = []
        return true
    }

    /// Ends the running command of a lane; returns the next one, which may run now, or `nil` when the lane is gone.
    mutating func finish(lane: ExternalID) -> CommandTicket? {
        guard let next = self.lanes[lane]?.popFirst() else {
            self.lanes[lane] = nil
            return nil
        }
        return next
    }
}
