package import CustomerContract

/// The settings that may change while a worker runs; see ``CommandWorker/reconfigure(_:)``.
package struct LiveSettings: Sendable, Hashable {
    /// Retry of passing failures; a wait that has begun goes on as it is.
    package var retry: RetryPolicy
    /// Requests to the API at once; a lower limit is reached as those under way end.
    package var requestLimit: RequestLimit
    /// Requests to the API a second; `nil` for no limit.
    package var rateLimit: Double?
    /// Reply topics that commands may name, for results that are published from now on.
    package var replyTopicsAllowed: ReplyTopicAllowList

    /// Settings with the contract's defaults.
    package init(
        retry: RetryPolicy = RetryPolicy(),
        requestLimit: RequestLimit = .fixed(64),
        rateLimit: Double? = nil,
        replyTopicsAllowed: ReplyTopicAllowList = ReplyTopicAllowList()
    ) {
        self.retry = retry
        self.requestLimit = requestLimit
        self.rateLimit = rateLimit
        self.replyTopicsAllowed = replyTopicsAllowed
    }
}
