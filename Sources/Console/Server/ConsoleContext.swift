import Hummingbird
import JSON
import Logging
import NIOCore
import Records
import Redrive
import Synchronization
import Topics

/// A request to the console, and who makes it.
struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address that the connection comes from; `nil` when the socket does not tell.
    let remoteAddress: String?
    private let identity = Identity()
    /// The fields of a POST, whose token ``Gatekeeper`` has checked.
    var form = Form()

    /// Who asks; ``Gatekeeper`` says so for every route but those that are open to all.
    ///
    /// A reference, so that the page of an error knows it too, although it is made further out.
    var session: Session? {
        get { self.identity.session.withLock(\.self) }
        nonmutating set { self.identity.session.withLock { $0 = newValue } }
    }

    private final class Identity: Sendable {
        let session = Mutex<Session?>(nil)
    }

    init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.remoteAddress = source.channel.remoteAddress?.ipAddress
    }
}

enum Role: String, Sendable {
    /// Reads; values of customers are hidden unless `console.viewers_see_values` is set.
    case viewer
    /// Reads and writes.
    case `operator`
}

/// A user who has logged in, or whom a trusted proxy names.
struct Session: Sendable, Equatable {
    /// The name that the audit log gets.
    let user: String
    let role: Role
    /// The token that every form of the session carries.
    let csrf: String
}

extension Session {
    /// The user as an owner of jobs, pauses and audit lines.
    var owner: JobRecord.Owner { JobRecord.Owner(console: self.user) }

    /// Writes who changed what, to the audit log that the command line uses too and to the console's own log; before
    /// the change is made, since what cannot be audited is not done.
    ///
    /// - Throws: `LineFile.Failure`.
    func note(
        _ action: String,
        _ members: [(name: String, value: JSONValue)],
        in auditPath: String,
        _ logger: Logger
    ) throws {
        var entry = AuditEntry(action, by: self.owner, at: .now())
        for (name, value) in members { entry[name] = value }
        try LineFile(path: auditPath).append([entry.encoded])
        let facts: Logger.Metadata = ["user": "\(self.user)", "action": "\(action)", "audit": "\(auditPath)"]
        logger.notice("Changed from the console", metadata: facts)
    }
}

extension JobRecord.Owner {
    /// A user of the console: the name is the console's, host and process are its own.
    init(console user: String) {
        let process = Self.current()
        self.init(user: user, host: process.host, process: process.process)
    }
}
