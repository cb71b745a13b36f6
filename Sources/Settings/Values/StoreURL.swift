package import Records

/// Where the ledger and the local customers live.
package enum StoreURL: Sendable, Equatable, CustomStringConvertible {
    /// A SQLite file; the path is absolute or relative to the working directory.
    case sqlite(path: String)
    /// A PostgreSQL connection URI as libpq reads it; it may hold a password and is therefore a secret.
    case postgres(Secret)

    /// The URL with any password masked.
    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let url): Redaction.withoutCredentials(url.reveal())
        }
    }

    package var holdsPassword: Bool {
        switch self {
        case .sqlite: false
        case .postgres(let url): Redaction.withoutCredentials(url.reveal()) != url.reveal()
        }
    }

    /// Reads `sqlite:PATH`, `sqlite:///PATH`, `postgres://…` or `postgresql://…`; nil for anything else.
    package init?(parsing text: String) {
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return nil }
        if text.hasPrefix("sqlite:") {
            var path = text.dropFirst("sqlite:".count)
            if path.hasPrefix("//") {
                path = path.dropFirst(2)
                // In `sqlite://name/x` the name would be a host: a slip for `sqlite:name/x` or `sqlite:///name/x`.
                guard path.hasPrefix("/") else { return nil }
            }
            guard !path.isEmpty, !path.hasSuffix("/") else { return nil }
            self = .sqlite(path: String(path))
        } else {
            let scheme = ["postgres://", "postgresql://"].first { text.hasPrefix($0) }
            guard let scheme, text.count > scheme.count, !text.contains(" "),
                !Self.splitsPassword(text.dropFirst(scheme.count))
            else { return nil }
            self = .postgres(Secret(text))
        }
    }

    /// Whether a password has a bare `@` or `/` in it: libpq would take what follows for the host, and name it in its
    /// messages.
    private static func splitsPassword(_ rest: Substring) -> Bool {
        // As libpq reads it: there is a user if an `@` comes before the first `/`.
        guard let mark = rest.firstIndex(where: { $0 == "/" || $0 == "@" }) else { return false }
        let host = rest[mark...].dropFirst()
        return host.prefix { $0 != "?" }.contains("@")
    }
}
