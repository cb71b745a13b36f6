import Glibc

/// An address to listen on or to connect to, such as `127.0.0.1:9464`, `broker-1:9092` or `[::1]:9464`.
package struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
    /// A name or an IP address; an IPv6 address is written here without its brackets.
    package let host: String
    /// The TCP port, 0 to 65535; 0 only where the setting allows it.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The form that a setting is written in.
    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// Where to connect for something that listens here: an address that means «all interfaces» is reached on loopback.
    package var reachable: HostAndPort {
        switch self.host {
        case "0.0.0.0": HostAndPort(host: "127.0.0.1", port: self.port)
        case "::": HostAndPort(host: "::1", port: self.port)
        default: self
        }
    }

    /// Whether only this machine reaches something that listens here.
    package var isLoopback: Bool { self.host == "localhost" || IPAddress(parsing: self.host)?.isLoopback ?? false }

    /// Reads `HOST:PORT`; nil for anything else.
    ///
    /// - Parameter defaultPort: taken when no port is written; nil makes the port obligatory.
    package init?(parsing text: String, defaultPort: Int? = nil, ports: ClosedRange<Int> = 1...65_535) {
        let (host, rest): (Substring, Substring)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            (host, rest) = (text[text.index(after: text.startIndex)..<end], text[text.index(after: end)...])
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." || $0 == "%" }) else {
                return nil
            }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            (host, rest) = (text[..<colon], text[colon...])
            guard Self.isHostName(host) else { return nil }
        }
        guard let port = rest.isEmpty ? defaultPort : Self.port(rest), ports.contains(port) else { return nil }
        self.init(host: String(host), port: port)
    }

    private static func port(_ text: Substring) -> Int? {
        let digits = text.dropFirst()
        guard text.first == ":", !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int(digits)
    }

    /// Letters, digits, `.`, `-` and `_` (which container networks use in names), at most 253 of them.
    static func isHostName(_ text: Substring) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253, text.first != "-", text.first != "." else { return false }
        return text.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_")
        }
    }
}

/// An IP address; one of IPv4 that is written in IPv6 (`::ffff:10.0.0.7`) is the one of IPv4.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen, in network order.
    private let bytes: [UInt8]

    /// Reads the usual forms of both families; nil for anything else, a name too.
    package init?(parsing text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        var sixteen = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &four) == 1 {
            self.bytes = four
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            let isMapped = sixteen.starts(with: Array(repeating: 0, count: 10) + [0xFF, 0xFF])
            self.bytes = isMapped ? Array(sixteen[12...]) : sixteen
        } else {
            return nil
        }
    }

    /// `127.0.0.0/8` and `::1`.
    package var isLoopback: Bool {
        self.bytes.count == 4
            ? self.bytes[0] == 127 : self.bytes.dropLast().allSatisfy { $0 == 0 } && self.bytes[15] == 1
    }

    /// The form that a setting is written in.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = self.bytes.count == 4 ? AF_INET : AF_INET6
        inet_ntop(family, self.bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

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
    package var description: String { "\(self.scheme)://\(self.authority)/v1" }

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
