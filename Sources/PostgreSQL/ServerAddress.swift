import CLibpq

/// How to reach a server: a libpq URI with everything that libpq takes in one, kept from being printed.
///
/// TLS (`sslmode`, `sslrootcert`), the password file (`passfile`, `~/.pgpass`), service files, several hosts and the
/// `PG…` variables of the environment are libpq's, and work as its manual says.
package struct ServerAddress: Sendable, CustomStringConvertible, CustomReflectable {
    private let uri: String
    /// What may be printed in its place.
    package let description: String

    /// A mirror without children, so that `dump` finds no password.
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Reads a URI; nothing connects.
    ///
    /// - Parameter description: the URI without its password.
    /// - Throws: ``PostgresError`` of kind ``PostgresError/Kind/address``, without a password in it.
    package init(uri: String, description: String) throws(PostgresError) {
        var text: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(uri, &text)
        defer {
            unsafe PQconninfoFree(options)
            unsafe PQfreemem(text)
        }
        if unsafe options == nil {
            let said = unsafe text.map { unsafe String(cString: $0) } ?? "out of memory"
            throw PostgresError(.address, Self.withoutValues(said))
        }
        self.uri = uri
        self.description = description
    }

    /// libpq quotes what it does not understand, which may be a part of the password; the name of a parameter is shown.
    private static func withoutValues(_ text: String) -> String {
        let line = text.split(separator: "\n").joined(separator: "; ")
        return line.replacing(/: "([^"]*)"/) { found in
            found.1.allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "_") } ? String(found.0) : ""
        }
    }

    /// The parameters for libpq, in its order: later ones win over earlier ones.
    ///
    /// Before the URI come defaults, which it may change; behind it what must be as it is.
    var parameters: [(name: String, value: String)] {
        [
            // For each host; libpq's own default is to wait without end.
            ("connect_timeout", "5"),
            ("fallback_application_name", "customer-worker"),
            // A standby cannot remember anything.
            ("target_session_attrs", "read-write"),
            // A peer that vanished is noticed within half a minute even where nothing is asked of it.
            ("keepalives_idle", "10"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
            ("dbname", self.uri),
            ("client_encoding", "UTF8"),
        ]
    }
}
