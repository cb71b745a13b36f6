import CustomerContract
import DequeModule
import Ledger

/// One FIFO lane per external_id: of a lane one command runs, the others wait in log order; lanes do not know each
/// other.
///
/// A lane exists only while a command is in it, so memory does not grow with the ids ever seen.
struct KeyedDispatcher: Sendable {
    /// Those waiting behind the running one; empty for almost every lane, and then it allocates nothing.
    private var lanes: [ExternalID: Deque<CommandTicket>] = [:]
    /// How many wait in all lanes.
    private var waitingCount = 0
    /// What the ledger remembers of the ids for which commands wait.
    private var remembered: [ExternalID: LedgerEntry] = [:]

    /// Lanes with a running command.
    var laneCount: Int { self.lanes.count }

    /// Puts a command into its lane; `true` when it is the first there and may run now.
    mutating func enqueue(_ ticket: CommandTicket, in lane: ExternalID) -> Bool {
        // By its index, so that the id is hashed once and the lane stays where it is.
        guard let index = self.lanes.index(forKey: lane) else {
            self.lanes[lane] = []
            return true
        }
        self.lanes.values[index].append(ticket)
        self.waitingCount += 1
        return false
    }

    /// Ends the running command of a lane; returns the next one, which may run now, or `nil` when the lane is gone.
    mutating func finish(lane: ExternalID) -> CommandTicket? {
        guard let index = self.lanes.index(forKey: lane) else { return nil }
        guard let next = self.lanes.values[index].popFirst() else {
            self.lanes.remove(at: index)
            if !self.remembered.isEmpty { self.remembered[lane] = nil }
            return nil
        }
        self.waitingCount -= 1
        return next
    }

    /// Keeps what the ledger remembers of a lane's id, as long as commands wait in it: a success is permanent, so it
    /// answers all of them, and none has to ask the ledger again.
    ///
    /// - Parameter replaces: whether it is newer than what is kept already.
    mutating func keep(_ entry: @autoclosure () -> LedgerEntry, for lane: ExternalID, replaces: Bool = false) {
        guard self.waitingCount > 0, replaces || self.remembered[lane] == nil, self.lanes[lane]?.isEmpty == false else {
            return
        }
        self.remembered[lane] = entry()
    }

    /// What the ledger remembers of a lane's id, if a command of this lane has learnt it.
    func entry(for lane: ExternalID) -> LedgerEntry? {
        self.remembered.isEmpty ? nil : self.remembered[lane]
    }
}
