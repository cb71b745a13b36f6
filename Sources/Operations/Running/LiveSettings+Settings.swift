package import CommandWorker
import CustomerContract
package import Settings

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
