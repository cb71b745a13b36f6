import HTTPTypes

/// An answer that the server itself never gives on these routes; proxies and load balancers in front of it do.
package struct EdgeAnswer: Sendable, Hashable {
    /// How a client is told to come back later.
    package enum RetryAfter: Sendable, Hashable {
        /// A number of seconds.
        case seconds(Int)
        /// An HTTP date this number of seconds from now.
        case date(secondsFromNow: Int)
    }

    let name: String
    let status: Int
    private let reason: String
    var retryAfter: RetryAfter?

    private init(_ name: String, _ status: Int, _ reason: String, _ retryAfter: RetryAfter? = nil) {
        self.name = name
        self.status = status
        self.reason = reason
        self.retryAfter = retryAfter
    }

    package static let requestTimeout = EdgeAnswer("request_timeout", 408, "Request Time-out")
    package static let payloadTooLarge = EdgeAnswer("payload_too_large", 413, "Request Entity Too Large")
    package static let unsupportedMediaType = EdgeAnswer("unsupported_media_type", 415, "Unsupported Media Type")
    package static let badGateway = EdgeAnswer("bad_gateway", 502, "Bad Gateway")
    package static let gatewayTimeout = EdgeAnswer("gateway_timeout", 504, "Gateway Time-out")

    package static func tooManyRequests(_ retryAfter: RetryAfter?) -> EdgeAnswer {
        EdgeAnswer("too_many_requests", 429, "Too Many Requests", retryAfter)
    }

    package static func serviceUnavailable(_ retryAfter: RetryAfter?) -> EdgeAnswer {
        EdgeAnswer("service_unavailable", 503, "Service Temporarily Unavailable", retryAfter)
    }

    /// One of each.
    static let all: [EdgeAnswer] = [
        requestTimeout, payloadTooLarge, unsupportedMediaType, badGateway, gatewayTimeout, tooManyRequests(nil),
        serviceUnavailable(nil),
    ]

    /// The answer, without the headers that the server adds to its own.
    func answer(at now: UnixNanoseconds) -> Answer {
        var answer = Answer.foreign(
            self.status,
            "text/html",
            """
            <html>
            <head><title>\(self.status) \(self.reason)</title></head>
            <body><center><h1>\(self.status) \(self.reason)</h1></center></body>
            </html>

            """
        )
        if self.status == 429 {
            answer = .foreign(429, "application/json", #"{"error":"Rate limit exceeded. Try again later."}"#)
        }
        switch self.retryAfter {
        case nil: break
        case .seconds(let seconds): answer.headers[.retryAfter] = String(seconds)
        case .date(let seconds): answer.headers[.retryAfter] = now.advanced(by: .seconds(seconds)).httpDate
        }
        return answer
    }
}
