/// How requests reach the API's machine.
struct TransportSettings: Sendable {
    /// Requests under way at once, each on a connection of its own; more wait for their turn.
    var maximumConnections: Int
    /// An answer's body that is longer is not read to its end.
    var maximumAnswerBytes: Int
    /// A connection that is older is not used again, so that a changed address of the API is followed under traffic
    /// too.
    var connectionLifetime: Duration = .seconds(300)
    var authorities: TrustedAuthorities?
    var proxy: ProxyChoice?
    /// Addresses in place of a name service, as libcurl writes them (`NAME:PORT:ADDRESS,ADDRESS`); for tests.
    var addresses: String?

    /// For a connection to be made, with TLS.
    static let connectTimeout: Duration = .seconds(10)
    /// A kept connection that has been idle for longer is closed and not used: most load balancers close after 60 s,
    /// and a request that meets such a closing has an unknown outcome.
    static let idleLimit: Duration = .seconds(50)
}
