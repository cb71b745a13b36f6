import Foundation
import Records

/// The proxy through which an API is reached, as the environment names it: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
/// `NO_PROXY`.
///
/// The names are read in lower case too, which wins, as with curl. The proxy is asked for a tunnel (`CONNECT`), for
/// `http` too.
package struct ProxyChoice: Sendable, Hashable, CustomStringConvertible {
    /// Why the environment makes no sense.
    package struct Unusable: Error, CustomStringConvertible {
        /// A sentence that names the variable, and shows nothing of a password.
        package let description: String
    }

    /// Where it is.
    package let host: String
    /// Its port.
    package let port: Int
    /// Whether it speaks SOCKS 5, and not HTTP.
    package let isSOCKS: Bool
    private let credentials: Secret?

    /// Host and port; never a password.
    package var description: String { "\(self.isSOCKS ? "socks5" : "http")://\(self.host):\(self.port)" }

    /// Chooses for a base URL; `nil` means that the API is reached directly.
    ///
    /// - Throws: ``Unusable`` for a URL that names no proxy, or a kind of proxy that is not supported (`https://`).
    package static func choose(
        for baseURL: String,
        environment: [String: String]
    ) throws(Unusable) -> ProxyChoice? {
        guard let target = URLComponents(string: baseURL), let scheme = target.scheme?.lowercased(),
            let host = target.host?.lowercased()
        else { return nil }
        func variable(_ name: String) -> (name: String, value: String)? {
            for name in [name.lowercased(), name] {
                if let value = environment[name], !value.isEmpty { return (name, value) }
            }
            return nil
        }
        guard let chosen = variable(scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? variable("ALL_PROXY") else {
            return nil
        }
        let port = target.port ?? (scheme == "https" ? 443 : 80)
        if let exempt = variable("NO_PROXY"), Self.isExempt(host, port, exempt.value) { return nil }
        guard let choice = ProxyChoice(chosen.value) else {
            throw Unusable(
                description: "\(chosen.name) is no URL of a proxy that is supported: write http://HOST:PORT, with "
                    + "USER:PASSWORD@ before the host where it wants a login, or socks5://HOST:PORT"
            )
        }
        return choice
    }

    private init?(_ text: String) {
        guard let url = URLComponents(string: text.contains("://") ? text : "http://" + text),
            let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty
        else { return nil }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        switch scheme {
        case "http":
            self.isSOCKS = false
            self.port = url.port ?? 80
        case "socks5", "socks5h", "socks":
            // SOCKS with a login is not supported.
            guard url.user == nil else { return nil }
            self.isSOCKS = true
            self.port = url.port ?? 1_080
        default:
            return nil
        }
        // A password is as secret as a key, and is wrapped like one.
        self.credentials = url.user.map { Secret("\($0):\(url.password ?? "")") }
    }

    /// Whether `NO_PROXY` exempts a host: `*`, a name, `.domain` or `*.domain`, each with or without a port.
    ///
    /// A name exempts what lies below it too.
    private static func isExempt(_ host: String, _ port: Int, _ list: String) -> Bool {
        list.split { $0 == "," || $0 == " " }.contains { entry in
            if entry == "*" { return true }
            var name = entry.lowercased()
            if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]"), name.firstIndex(of: ":") == colon {
                guard name[name.index(after: colon)...] == "\(port)" else { return false }
                name = String(name[..<colon])
            }
            if name.hasPrefix("*") { name.removeFirst() }
            if name.hasPrefix(".") { return host.hasSuffix(name) || host == name.dropFirst() }
            return host == name || host.hasSuffix("." + name)
        }
    }

    /// As libcurl reads it; names are resolved by the proxy.
    var curlURL: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return "\(self.isSOCKS ? "socks5h" : "http")://\(host):\(self.port)"
    }

    /// The name and password that the proxy wants.
    var login: (user: String, password: String)? {
        guard
            let parts = self.credentials?.reveal().split(
                separator: ":",
                maxSplits: 1,
                omittingEmptySubsequences: false
            ),
            let user = parts.first, let password = parts.last
        else { return nil }
        return (String(user), String(password))
    }
}
