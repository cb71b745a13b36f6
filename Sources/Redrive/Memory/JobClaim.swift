import Topics

/// Whether a command may begin, must go on with an earlier job, or must not touch the topic: the one place that decides
/// it.
package enum JobClaim: Sendable, Hashable {
    /// A new job; the unfinished one that it leaves behind, if there is one.
    case begin(leaving: JobRecord?)
    /// The same command was here before and did not come to its end.
    case resume(JobRecord)
    /// Somebody is at it.
    case refuseRunning(JobRecord)
    /// Somebody else's job was abandoned; it is named, and it takes a word to leave it behind.
    case refuseAbandoned(JobRecord)

    /// What was sent back stays sent back in every case, so a job that is left behind loses nothing but its own end.
    ///
    /// - Parameters:
    ///   - isAlive: whether the owner of a running job may still be there.
    ///   - takesOver: whether the operator said so.
    package init(found: JobRecord?, identity: JobIdentity, isAlive: Bool, takesOver: Bool) {
        guard let found, found.state != .ended else {
            self = .begin(leaving: nil)
            return
        }
        let isSame = found.identity == identity.text
        switch (found.state, isSame) {
        case (.running, _) where isAlive && !takesOver: self = .refuseRunning(found)
        case (.running, true), (.paused, true): self = .resume(found)
        case (.running, false): self = takesOver ? .begin(leaving: found) : .refuseAbandoned(found)
        case (.paused, false), (.ended, _): self = .begin(leaving: found)
        }
    }
}
