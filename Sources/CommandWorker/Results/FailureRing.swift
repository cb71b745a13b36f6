package import CustomerContract
package import Records

/// The latest failures, a few.
struct FailureRing: Sendable {
    static let capacity = 10

    private var stored: [RecentFailure] = []
    private var next = 0

    mutating func insert(_ failure: RecentFailure) {
        if self.stored.count < Self.capacity {
            self.stored.append(failure)
        } else {
            self.stored[self.next] = failure
        }
        self.next = (self.next + 1) % Self.capacity
    }

    var newestFirst: [RecentFailure] {
        let start = self.stored.count < Self.capacity ? 0 : self.next
        return (self.stored[start...] + self.stored[..<start]).reversed()
    }
}

/// A command that ended in failure, without anything that names a person.
package struct RecentFailure: Sendable, Hashable {
    /// The command's id.
    package let id: CommandID
    /// The position of its record.
    package let position: RecordPosition
    /// The customer that it was about.
    package let externalID: ExternalID?
    /// Why it failed.
    package let code: ErrorCode
    /// When.
    package let at: UnixMilliseconds

    init(_ result: CommandResult, _ failure: CommandFailure) {
        // The ring outlives the record, in whose memory the id lies.
        self.id = result.context.id.copied
        self.position = result.context.message.position
        self.externalID = result.context.externalID
        self.code = failure.code
        self.at = result.completedAt
    }
}
