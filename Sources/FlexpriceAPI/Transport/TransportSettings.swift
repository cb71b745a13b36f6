/// How requests reach the API's machine.
struct TransportSettings: Sendable {
    /// Requests under way at once, each on a connection of its own; more wait for their turn.
    var maximumConnections: Int
    /// An answer's body that is longer is not read to its end.
    var maximumAnswerBytes: Int
    var authorities: TrustedAuthorities?
    var proxy: ProxyChoice?

    /// For a connection to be made, with TLS.
    static let connectTimeout: Duration = .seconds(10)
    /// A kept connection that has been idle for longer is closed and not used: most load balancers close after 60 s, and a request
    /// that meets such a closing has an unknown outcome.
    static let idleLimit: Duration = .seconds(50)
}
