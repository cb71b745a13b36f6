/// The address of the Flexprice API in its one normal form: scheme, host, optional port, and `/v1`.
///
/// Flexprice's SDKs are given a full URL with `/v1`, its collector a bare host; both are understood, with or without a
/// trailing slash. Anything that would send requests elsewhere (another path, a query, a user name) is refused.
package struct APIBaseURL: Sendable, Hashable, CustomStringConvertible {
    /// `https`, or `http` if it was written so.
    package let scheme: String

    /// Host and, where written, port: `us.api.flexprice.io` or `localhost:8080`.
    package let authority: String

    /// The URL without a trailing slash, such as `https://us.api.flexprice.io/v1`.
    package var description: String { "\(scheme)://\(authority)/v1" }

    /// Reads one of the accepted forms; nil for anything else.
    init?(parsing text: String) {
        let scheme: String
        var rest: Substring
        if let separator = text.firstRange(of: "://") {
            scheme = text[..<separator.lowerBound].lowercased()
            rest = text[separator.upperBound...]
        } else {
            scheme = "https"
            rest = text[...]
        }
        guard scheme == "https" || scheme == "http" else { return nil }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        if rest.hasSuffix("/v1") { rest = rest.dropLast(3) }
        // The port of the scheme is not written out, so a missing port is given one here only to be dropped again.
        guard !rest.contains("/"), let address = HostAndPort(parsing: String(rest), defaultPort: 443) else {
            return nil
        }
        let hasPort = rest.hasSuffix(":\(address.port)") && !rest.hasSuffix("]")
        let host = address.host.lowercased()
        let bracketed = host.contains(":") ? "[\(host)]" : host
        self.scheme = scheme
        self.authority = hasPort ? "\(bracketed):\(address.port)" : bracketed
    }
}
