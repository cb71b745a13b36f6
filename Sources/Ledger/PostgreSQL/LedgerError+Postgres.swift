import PostgreSQL

extension PostgresError {
    /// Whether the same statement may succeed at once: a deadlock or a serialization failure chose it as the one to
    /// give way.
    var passesAtOnce: Bool { self.sqlState == "40P01" || self.sqlState == "40001" }
}

extension LedgerError {
    /// Sorts what the server or libpq said by who fixes it (PostgreSQL's manual, appendix A, lists the states).
    init(_ error: PostgresError, _ place: String) {
        let said = error.message
        switch (error.kind, error.sqlState ?? "") {
        case (.address, _):
            self.init(.misconfigured, "store.url is not a URI that libpq takes: \(said)")
        case (.answer, ""):
            self.init(.corrupt, "\(place): \(said)")
        case (.silence, _):
            self.init(.unavailable, "\(place): \(said)")
        case (_, "3D000"), (_, "3F000"):
            self.init(.misconfigured, "\(place): \(said); create it, or correct store.url")
        case (_, "42501"):
            self.init(.refused, "\(place): \(said); grant the role that right, or let its owner start a worker once")
        case (_, let state) where state.hasPrefix("28"):
            self.init(.refused, "\(place): \(said); check user, password and the server's pg_hba.conf")
        case (_, "53100"):
            self.init(.full, "no space left at \(place): \(said); free some, the worker goes on by itself")
        case (_, "25006"):
            self.init(.readOnly, "\(place) takes no writes: \(said); it is a standby or set to read only")
        case (_, "55P03"), (_, "40P01"), (_, "40001"):
            self.init(.locked, "\(place): \(said)")
        case (_, "XX001"), (_, "XX002"):
            self.init(.corrupt, "\(place): \(said); restore it from a backup")
        case (.connecting, _):
            self.init(.unavailable, "\(place): \(said)")
        case (_, let state) where state.isEmpty || ["08", "53", "57"].contains(state.prefix(2)):
            self.init(.unavailable, "\(place): \(said)")
        case (_, let state):
            self.init(.failed, "\(place): \(said) (SQLSTATE \(state))")
        }
    }
}
