/// How requests reach the API's machine, and what an answer may take.
///
/// A value without a transport: what is configured can be read, and judged, where none runs. A transport takes it once,
/// at its start.
package struct TransportSettings: Sendable {
    /// Requests under way at once, each on a connection of its own; more wait for their turn.
    package var maximumConnections: Int
    /// An answer's body that is longer is not read to its end.
    package var maximumAnswerBytes: Int
    /// A connection that is older is not used again, so that a changed address of the API is followed under traffic
    /// too.
    package var connectionLifetime: Duration = .seconds(300)
    /// Trusted in place of the system's authorities.
    package var authorities: TrustedAuthorities?
    /// The proxy on the way.
    package var proxy: ProxyChoice?
    /// Addresses in place of a name service, as libcurl writes them (`NAME:PORT:ADDRESS,ADDRESS`); for tests.
    var addresses: String?

    /// For a connection to be made, with TLS.
    static let connectTimeout: Duration = .seconds(10)
    /// A kept connection that has been idle for longer is closed and not used: most load balancers close after 60 s,
    /// and a request that meets such a closing has an unknown outcome.
    static let idleLimit: Duration = .seconds(50)
}
