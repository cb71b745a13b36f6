package import CommandWorker
import CustomerContract
package import FlexpriceAPI
package import Settings

extension FlexpriceSettings {
    /// More connections than any number of requests at once needs: the worker's own limit is the one that counts, and
    /// may change.
    ///
    /// Requests beyond what there are descriptors for wait for a connection.
    private static let connectionBound = 10_000

    /// How a configuration reaches the API.
    ///
    /// - Parameter environment: names the proxy.
    /// - Throws: ``StartFailure`` 78 when host or key are missing, or the authorities' file or the proxy are of no use.
    package init(_ settings: Settings, environment: [String: String]) throws(StartFailure) {
        guard let host = settings.api.host, let key = settings.api.key else {
            throw StartFailure(.configuration, "backend flexprice needs api.host and a key")
        }
        var authorities: TrustedAuthorities?
        if let path = settings.api.caFile {
            do throws(TrustedAuthorities.Unusable) {
                authorities = try TrustedAuthorities(pemFile: path)
            } catch {
                throw StartFailure(.configuration, "api.ca_file: \(error.description)")
            }
        }
        let proxy: ProxyChoice?
        do throws(ProxyChoice.Unusable) {
            proxy = try ProxyChoice.choose(for: host.description, environment: environment)
        } catch {
            throw StartFailure(.configuration, error.description)
        }
        let path = settings.api.keyPath
        self.init(
            baseURL: host.description,
            apiKeys: APIKeySource(key) { path.flatMap { APIKeyText.read(from: $0) } },
            environmentID: settings.environmentID,
            timeout: settings.api.timeout,
            maximumConnections: min(Self.connectionBound, OpenFiles.requestBound),
            authorities: authorities,
            proxy: proxy
        )
        self.transport.maximumAnswerBytes = Self.answerBytes(forCommandsOf: settings.limits.maxCommandBytes.bytes)
        self.transport.connectionLifetime = settings.api.connectionLifetime
    }
}

extension LiveSettings {
    /// Those of a configuration.
    ///
    /// - Parameter requestBound: requests that there are descriptors for; a higher limit is lowered to it.
    package init(_ settings: Settings, requestBound: Int = OpenFiles.requestBound) {
        self.init(
            retry: settings.retry,
            requestLimit: settings.api.maxConcurrency.atMost(requestBound),
            rateLimit: settings.api.rateLimit,
            replyTopicsAllowed: settings.kafka.replyTopicsAllowed
        )
    }
}
