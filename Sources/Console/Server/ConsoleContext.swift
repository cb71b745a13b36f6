import Hummingbird
import NIOCore
import Synchronization

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

/// What a user may do.
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
    /// What the user may do.
    let role: Role
    /// The token that every form of the session carries.
    let csrf: String
}

extension Session {
    /// Whether the user sees what customers' commands hold: operators do, viewers if a setting says so.
    func seesValues(_ viewersSeeValues: Bool) -> Bool { self.role == .operator || viewersSeeValues }
}
