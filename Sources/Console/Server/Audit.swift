import JSON
import Logging
import Operations
import Records
import Redrive
import Topics

/// Writes who changed what, to the audit log that the command line uses too and to the console's own log.
struct Audit: Sendable {
    let path: String
    let logger: Logger

    /// Notes a change before it is made: what cannot be audited is not done.
    ///
    /// - Throws: `LineFile.Failure`.
    func note(_ action: String, by session: Session, _ members: [(name: String, value: JSONValue)]) throws {
        var entry = AuditEntry(action, by: session.owner, at: .now())
        for (name, value) in members { entry[name] = value }
        try LineFile(path: self.path).append([entry.encoded])
        self.logger.notice(
            "Changed from the console",
            metadata: ["user": "\(session.user)", "action": "\(action)", "audit": "\(self.path)"]
        )
    }
}

extension Session {
    /// The user as an owner of jobs, pauses and audit lines: the name is the console's, host and process are its own.
    var owner: JobRecord.Owner {
        let process = JobRecord.Owner.current()
        return JobRecord.Owner(user: self.user, host: process.host, process: process.process)
    }
}
