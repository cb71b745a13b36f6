package import CommandWorker
import CustomerContract

extension LiveSettings {
    /// Those of a configuration.
    package init(_ settings: Settings) {
        self.init(
            retry: RetryPolicy(
                initialInterval: settings.retry.initialInterval,
                maximumInterval: settings.retry.maxInterval,
                multiplier: settings.retry.multiplier,
                maximumElapsedTime: settings.retry.maxElapsedTime
            ),
            requestLimit: RequestLimit(settings.api.maxConcurrency),
            rateLimit: settings.api.rateLimit,
            replyTopicsAllowed: ReplyTopicAllowList(settings.kafka.replyTopicsAllowed.map(\.description))
        )
    }
}

extension RequestLimit {
    fileprivate init(_ limit: ConcurrencyLimit) {
        self =
            switch limit {
            case .fixed(let count): .fixed(count)
            case .auto: .automatic
            }
    }
}
