extension Settings {
    /// `console.*`: the web pages of `customer-worker console`; nothing of it concerns the worker.
    package struct Console: Sendable, Equatable {
        /// Where the pages are served.
        package var listen = HostAndPort(host: "127.0.0.1", port: 9480)
        /// The admin endpoints of all workers of the group; empty for `admin.listen`.
        package var workers: [HostAndPort] = []
        /// A file of lines `NAME TOKEN`, whose users may read; nil for none.
        package var viewerTokensFile: String?
        /// A file of lines `NAME TOKEN`, whose users may read and write; nil for none.
        package var operatorTokensFile: String?
        /// Whether a proxy that speaks TLS is in front.
        package var behindProxy = false
        /// The header in which the proxy names the user; nil when users log in with tokens alone.
        package var userHeader: String?
        /// The users of the proxy who are operators; all others are viewers.
        package var operators: [String] = []
        /// The addresses that the proxy's connections come from; of others the header is ignored.
        package var trustedProxies = ["127.0.0.1", "::1"]
        /// The certificate, with its chain, of a listener with TLS; nil for none.
        package var tlsCertificateFile: String?
        /// The key of the certificate.
        package var tlsKeyFile: String?
        /// Whether viewers see the values of customers.
        package var viewersSeeValues = false
        /// The file that keeps the charts' numbers; nil for `console.sqlite` beside the ledger.
        package var history: String?

        /// Reads the section.
        ///
        /// - `console.listen` (text, `127.0.0.1:9480`): `HOST:PORT`; beyond loopback it needs TLS or a proxy.
        /// - `console.workers` (list, empty): at most 100 of `HOST:PORT`; empty means `admin.listen`.
        /// - `console.viewer_tokens_file`, `console.operator_tokens_file` (text, none): paths of files.
        /// - `console.behind_proxy` (truth, `false`).
        /// - `console.user_header` (text, none): the name of a header; only with `console.behind_proxy`.
        /// - `console.operators` (list, empty): at most 1,000 names; only with `console.user_header`.
        /// - `console.trusted_proxies` (list, `127.0.0.1`, `::1`): at most 100 addresses.
        /// - `console.tls_certificate_file`, `console.tls_key_file` (text, none): paths of files in PEM; both or none.
        /// - `console.viewers_see_values` (truth, `false`).
        /// - `console.history` (text, none): the path of a file.
        init(from reader: inout SettingsReader) {
            reader.read("console.listen", into: &self.listen, .listen)
            reader.read("console.workers", into: &self.workers, .list(of: .worker, count: 0...100))
            reader.read("console.viewer_tokens_file", into: &self.viewerTokensFile, .optional(.path))
            reader.read("console.operator_tokens_file", into: &self.operatorTokensFile, .optional(.path))
            reader.read("console.behind_proxy", into: &self.behindProxy, .truth)
            reader.read("console.user_header", into: &self.userHeader, .optional(.headerName))
            reader.read("console.operators", into: &self.operators, .list(of: .userName, count: 0...1_000))
            reader.read("console.trusted_proxies", into: &self.trustedProxies, .list(of: .address, count: 0...100))
            reader.read("console.tls_certificate_file", into: &self.tlsCertificateFile, .optional(.path))
            reader.read("console.tls_key_file", into: &self.tlsKeyFile, .optional(.path))
            reader.read("console.viewers_see_values", into: &self.viewersSeeValues, .truth)
            reader.read("console.history", into: &self.history, .optional(.path))
            self.check(&reader)
        }

        private func check(_ reader: inout SettingsReader) {
            let hasTLS = self.tlsCertificateFile != nil
            if hasTLS != (self.tlsKeyFile != nil) {
                reader.contradict(
                    ["console.tls_certificate_file", "console.tls_key_file"],
                    found: "one without the other",
                    expected: "both, or none"
                )
            }
            if !self.listen.isLoopback, !hasTLS, !self.behindProxy {
                reader.contradict(
                    ["console.listen", "console.tls_certificate_file", "console.behind_proxy"],
                    found: "\(self.listen), beyond this machine and without TLS",
                    expected:
                        "console.tls_certificate_file and console.tls_key_file, or console.behind_proxy: true when "
                        + "a proxy with TLS is in front"
                )
            }
            if self.userHeader != nil, !self.behindProxy {
                reader.contradict(
                    ["console.user_header", "console.behind_proxy"],
                    found: "a header that anybody could send",
                    expected: "console.behind_proxy: true, and a proxy that sets it"
                )
            }
            if !self.operators.isEmpty, self.userHeader == nil {
                reader.contradict(
                    ["console.operators", "console.user_header"],
                    found: "names without a header that has them",
                    expected: "console.user_header, or the users in console.operator_tokens_file"
                )
            }
        }
    }
}

extension HostAndPort {
    /// Whether it can be reached from this machine alone.
    package var isLoopback: Bool {
        self.host == "localhost" || self.host == "::1"
            || self.host.hasPrefix("127.") && self.host.allSatisfy { $0.isNumber || $0 == "." }
    }
}

extension ValueKind where Value == Bool {
    /// `true` or `false`.
    static var truth: Self {
        scalar("true or false") { Bool($0) }
    }
}

extension ValueKind where Value == HostAndPort {
    /// Where a worker is asked.
    fileprivate static var worker: Self {
        scalar("HOST:PORT of a worker's admin endpoint, such as 127.0.0.1:9464") { HostAndPort(parsing: $0) }
    }
}

extension ValueKind where Value == String {
    /// The name of an HTTP header (RFC 9110, section 5.6.2).
    fileprivate static var headerName: Self {
        scalar("the name of a header, such as X-Forwarded-User") { written in
            let isName =
                !written.isEmpty && written.utf8.count <= 100
                && written.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            return isName ? written : nil
        }
    }

    /// A user as a proxy names one.
    fileprivate static var userName: Self {
        scalar("a name of 1 to 256 bytes") { 1...256 ~= $0.utf8.count ? $0 : nil }
    }

    /// An address that a connection comes from.
    fileprivate static var address: Self {
        scalar("an IP address, such as 10.0.0.7") { written in
            let isAddress =
                !written.isEmpty
                && written.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
                && (written.contains(".") || written.contains(":"))
            return isAddress ? written : nil
        }
    }
}
