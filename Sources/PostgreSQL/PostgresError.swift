import CLibpq

/// What libpq or the server refused.
package struct PostgresError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where it went wrong.
    package enum Kind: Sendable, Hashable {
        /// The address cannot be read: a restart changes nothing.
        case address
        /// No connection came about.
        case connecting
        /// A statement failed, or its connection was lost: it is unknown whether it was carried out.
        case statement
        /// No answer came in time; what became of the statement is unknown.
        case silence
        /// The answer is not what was asked for.
        case answer
    }

    /// Where it went wrong.
    package let kind: Kind
    /// The server's five characters (PostgreSQL's manual, appendix A), if it said anything.
    package let sqlState: String?
    /// A sentence for people, without a password.
    package let message: String

    /// `SQLSTATE: message`.
    package var description: String { self.sqlState.map { "\($0): \(self.message)" } ?? self.message }

    /// Describes a refusal.
    package init(_ kind: Kind, sqlState: String? = nil, _ message: String) {
        self.kind = kind
        self.sqlState = sqlState
        self.message = message
    }
}

extension PostgresError {
    /// Reads why a connection did not come about.
    ///
    /// libpq keeps no SQLSTATE of that, but its verbose text has one: `FATAL:  28P01: password authentication failed`.
    /// With several hosts there are several; the last is of the host that was tried last.
    init(connecting connection: OpaquePointer) {
        let text = unsafe String(cString: PQerrorMessage(connection))
        var state: String?
        var lines: [String] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("LOCATION:") {
            var line = String(line)
            if let found = line.firstMatch(of: /:\s\s([0-9A-Z]{5}):\s/) {
                state = String(found.1)
                line.replaceSubrange(found.range, with: ": ")
            }
            lines.append(line)
        }
        self.init(.connecting, sqlState: state, lines.joined(separator: "; "))
    }

    /// Reads what a connection says now.
    init(_ kind: Kind, on connection: OpaquePointer) {
        let text = unsafe String(cString: PQerrorMessage(connection))
        self.init(kind, text.split(separator: "\n").joined(separator: "; "))
    }

    /// Reads the error of a result.
    init(result: OpaquePointer) {
        // libpq-fe.h, PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY: macros that Swift does not see.
        func field(_ code: Character) -> String? {
            guard let code = code.asciiValue,
                let text = unsafe PQresultErrorField(result, Int32(code))
            else { return nil }
            return unsafe String(cString: text)
        }
        let whole = unsafe String(cString: PQresultErrorMessage(result))
        self.init(
            .statement,
            sqlState: field("C"),
            field("M") ?? whole.split(separator: "\n").joined(separator: "; ")
        )
    }
}
