/// How a simulator listens, whom it lets in and what it keeps.
package struct SimulatorConfiguration: Sendable {
    /// What the key says about environments.
    package enum EnvironmentHeader: Sendable {
        /// The key belongs to the first environment; `X-Environment-ID` is not looked at.
        case ignored
        /// The key is one of a self-hosted server's configuration: `X-Environment-ID` must name one of the
        /// environments, else every request but `users/me` is answered 403.
        case required
    }

    /// The address to listen on.
    package var host: String
    /// The port to listen on; 0 takes any that is free.
    package var port: Int
    /// The key that `x-api-key` must carry.
    package var apiKey: String
    /// How long each request of the API waits before it is looked at.
    package var latency = Duration.zero
    /// The environments; the first is the one that keys and tests mean when they name none.
    package var environmentIDs = ["env_01K00000000000000000000000"]
    package var environmentHeader = EnvironmentHeader.ignored
    /// The tenant of all customers.
    package var tenantID = "tenant_01K00000000000000000000000"
    /// The user behind the key.
    package var userID = "user_01K00000000000000000000000"
    /// The tax rates that exist, by code; a create that names another is answered 404.
    package var taxRateCodes: Set<String> = []
    /// Whether requests are kept at first.
    package var recordsRequests = true
    /// How many requests are kept; later ones take the place of the oldest.
    package var requestLogCapacity = 100_000
    package var clock = SimulatorClock.system

    /// Makes a configuration; everything else has a default that can be changed afterwards.
    package init(host: String = "127.0.0.1", port: Int = 0, apiKey: String) {
        self.host = host
        self.port = port
        self.apiKey = apiKey
    }

    var defaultEnvironmentID: String { environmentIDs.first ?? "" }
}
