import CommandWorker
package import FlexpriceAPI
import Glibc
import Kafka
import Ledger
package import Logging
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
        self.transport.maximumAnswerBytes = Self.answerBytes(forCommandsOf: settings.worker.maximumCommandBytes)
        self.transport.connectionLifetime = settings.api.connectionLifetime
    }
}

extension LiveSettings {
    /// The same with no more requests at once than there are descriptors for.
    func held(below requestBound: Int = OpenFiles.requestBound) -> Self {
        var live = self
        live.requestLimit = live.requestLimit.atMost(requestBound)
        return live
    }
}

extension Settings {
    /// What the first line of a run says: versions of the program and of the libraries that it has loaded, and where
    /// its work is done; no secret.
    package var startFacts: Logger.Metadata {
        var facts: Logger.Metadata = [
            "version": "\(BuildInfo.version)", "librdkafka": "\(ClientProperties.libraryVersion)",
            "sqlite": "\(SQLiteLedger.libraryVersion)", "brokers": "\(self.kafka.bootstrapServers)",
            "group": "\(self.worker.group)", "topic": "\(self.worker.commandTopic)",
            "topic_results": "\(self.worker.resultTopic)", "topic_dlq": "\(self.worker.deadLetterTopic)",
            "backend": "\(self.backend.rawValue)", "store": "\(self.store)",
            "guarantee": "\(self.worker.guarantee.rawValue)",
        ]
        if self.backend == .flexprice, let host = self.api.host { facts["api"] = "\(host)" }
        return facts
    }
}

/// How many files and connections this process may have open.
package enum OpenFiles {
    /// Kept for what is not a request to the API: brokers, the ledger, the admin endpoint, libraries.
    static let reserve = 128
    /// More than any setting asks for; a table of a million descriptors would serve nothing.
    private static let wanted: rlim_t = 65_536

    /// Raises the limit that holds (`RLIMIT_NOFILE`, soft) to the one that an administrator allows (hard), up to
    /// 65,536.
    ///
    /// The soft limit is 1,024 on most systems for the sake of programs that use select(2).
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let raised = min(limit.rlim_max, Self.wanted)
        guard raised > limit.rlim_cur else { return }
        limit.rlim_cur = raised
        // Refused: the limit stays, and requests are held below it.
        _ = setrlimit(.init(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Requests to the API that may be under way at once, as far as descriptors go; each takes one.
    package static var requestBound: Int {
        var limit = rlimit()
        guard getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return max(1, Int(clamping: limit.rlim_cur) - Self.reserve)
    }
}
