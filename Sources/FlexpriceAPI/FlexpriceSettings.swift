package import Records

/// Where the API is and how it is to be treated.
package struct FlexpriceSettings: Sendable {
    /// The base URL with `/v1` and without a slash behind it, such as `https://us.api.flexprice.io/v1`.
    package var baseURL: String
    /// The key, sent as `x-api-key`; it appears in no description of this value.
    package var apiKeys: APIKeySource
    /// Sent as `X-Environment-ID`; only keys from a self-hosted server's configuration need it.
    package var environmentID: String?
    /// For a whole request.
    ///
    /// Short ones are dangerous: a client that goes away between Flexprice's commit and its onboarding step can lose
    /// that step.
    package var timeout: Duration
    /// Connections, and so requests under way at once.
    package var maximumConnections: Int
    /// A longer answer is not read to its end.
    ///
    /// Flexprice gives a command back with more around it, and writes `<`, `>` and `&` as six bytes each.
    package var maximumAnswerBytes = Self.answerBytes(forCommandsOf: 262_144)
    /// A connection that is older takes no further request, so that a changed address of the API is followed under
    /// traffic too.
    package var connectionLifetime: Duration = .seconds(300)
    /// Trusted in place of the system's authorities.
    package var authorities: TrustedAuthorities?
    /// The proxy on the way.
    package var proxy: ProxyChoice?

    /// The longest answer about a command of this size, in bytes.
    package static func answerBytes(forCommandsOf bytes: Int) -> Int { 6 * bytes + 65_536 }

    /// Names an API.
    package init(
        baseURL: String,
        apiKeys: APIKeySource,
        environmentID: String? = nil,
        timeout: Duration = .seconds(30),
        maximumConnections: Int = 64,
        authorities: TrustedAuthorities? = nil,
        proxy: ProxyChoice? = nil
    ) {
        self.baseURL = baseURL
        self.apiKeys = apiKeys
        self.environmentID = environmentID
        self.timeout = timeout
        self.maximumConnections = maximumConnections
        self.authorities = authorities
        self.proxy = proxy
    }

    /// Names an API whose key never changes.
    package init(
        baseURL: String,
        apiKey: Secret,
        environmentID: String? = nil,
        timeout: Duration = .seconds(30),
        maximumConnections: Int = 64
    ) {
        self.init(
            baseURL: baseURL,
            apiKeys: APIKeySource(apiKey),
            environmentID: environmentID,
            timeout: timeout,
            maximumConnections: maximumConnections
        )
    }
}
