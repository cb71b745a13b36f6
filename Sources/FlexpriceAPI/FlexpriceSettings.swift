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
    /// How its machine is reached.
    package var transport: TransportSettings

    /// The longest answer about a command of this size, in bytes: Flexprice gives a command back with more around it,
    /// and writes `<`, `>` and `&` as six bytes each.
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
        self.transport = TransportSettings(
            maximumConnections: maximumConnections,
            maximumAnswerBytes: Self.answerBytes(forCommandsOf: 262_144),
            authorities: authorities,
            proxy: proxy
        )
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
