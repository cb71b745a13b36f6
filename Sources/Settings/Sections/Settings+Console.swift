extension Settings {
    /// `console.*`: the web page for operators, a process of its own.
    package struct Console: Sendable, Equatable {
        /// Where browsers find it.
        package var listen = HostAndPort(host: "127.0.0.1", port: 9480)
        /// The admin endpoints of the workers that it looks at; empty for that of ``Settings/adminListen``.
        package var workers: [HostAndPort] = []
        /// A file with the tokens of those who may look; nil for none.
        package var viewerTokensFile: String?
        /// A file with the tokens of those who may look and act; nil for none.
        package var operatorTokensFile: String?
        /// Whether a proxy in front of it encrypts.
        package var behindProxy = false
        /// The header in which that proxy names the user whom it has authenticated; nil for none.
        package var userHeader: String?
        /// The users of the proxy who may act.
        package var operators: [String] = []

        /// The addresses from which that header is believed.
        package var trustedProxies = ["127.0.0.1", "::1"].compactMap { IPAddress(parsing: $0) }

        /// The PEM file of the certificate and those that it is signed with; nil for no TLS.
        package var tlsCertificateFile: String?
        /// The PEM file of the certificate's key.
        package var tlsKeyFile: String?
        /// Whether those who may only look see the values of customers.
        package var viewersSeeValues = false
        /// The file of the figures that the charts are drawn from; nil for `console.sqlite` beside the ledger.
        package var history: String?

        /// Reads the section.
        mutating func read(from reader: inout SettingsReader) {
            reader.read("console.listen", into: &self.listen, .listen(such: "127.0.0.1:9480"))
            reader.read("console.workers", into: &self.workers, .list(of: .worker, count: 0...100))
            reader.read("console.viewer_tokens_file", into: &self.viewerTokensFile, .optional(.path))
            reader.read("console.operator_tokens_file", into: &self.operatorTokensFile, .optional(.path))
            reader.read("console.behind_proxy", into: &self.behindProxy, .flag)
            reader.read("console.user_header", into: &self.userHeader, .optional(.headerName))
            reader.read("console.operators", into: &self.operators, .list(of: .userName, count: 0...1_000))
            reader.read("console.trusted_proxies", into: &self.trustedProxies, .list(of: .ipAddress, count: 1...100))
            reader.read("console.tls_certificate_file", into: &self.tlsCertificateFile, .optional(.path))
            reader.read("console.tls_key_file", into: &self.tlsKeyFile, .optional(.path))
            reader.read("console.viewers_see_values", into: &self.viewersSeeValues, .flag)
            reader.read("console.history", into: &self.history, .optional(.path))
            self.check(&reader)
        }

        private func check(_ reader: inout SettingsReader) {
            let (certificate, key) = ("console.tls_certificate_file", "console.tls_key_file")
            if (self.tlsCertificateFile == nil) != (self.tlsKeyFile == nil) {
                let (there, missing) = self.tlsKeyFile == nil ? (certificate, key) : (key, certificate)
                reader.contradict([missing, there], found: "\(there) alone", expected: "both files, or none of them")
            } else if !self.listen.isLoopback, self.tlsCertificateFile == nil, !self.behindProxy {
                reader.contradict(
                    ["console.listen", certificate, key, "console.behind_proxy"],
                    found: "\(self.listen), which other machines reach, without TLS",
                    expected: "\(certificate) and \(key), or console.behind_proxy: true where a proxy encrypts"
                )
            }
            if let userHeader, !self.behindProxy {
                reader.contradict(
                    ["console.user_header", "console.behind_proxy"],
                    found: "\(Redaction.quoted(userHeader)) without a proxy, so anybody could send it",
                    expected: "console.behind_proxy: true, or no console.user_header"
                )
            }
            if let first = self.operators.first, self.userHeader == nil {
                reader.contradict(
                    ["console.operators", "console.user_header"],
                    found: "\(Redaction.quoted(first)), and no header that names users",
                    expected: "console.user_header; operators with tokens are in console.operator_tokens_file"
                )
            }
        }
    }

    /// The admin endpoints that the console asks.
    package var watchedWorkers: [HostAndPort] {
        self.console.workers.isEmpty ? [self.adminListen.reachable] : self.console.workers
    }
}
