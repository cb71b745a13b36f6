import HTTPTypes

/// An answer that the server itself never gives on these routes; proxies and load balancers in front of it do.
package struct EdgeAnswer: Sendable, Hashable {
    /// How a client is told to come back later.
    package enum RetryAfter: Sendable, Hashable {
        case seconds(Int)
        /// An HTTP date this number of seconds from now.
        case date(secondsFromNow: Int)
    }

    let name: String
    let status: Int
    private let reason: String
    var retryAfter: RetryAfter?

    package static let requestTimeout = EdgeAnswer(name: "request_timeout", status: 408, reason: "Request Time-out")
    package static let payloadTooLarge =
        EdgeAnswer(name: "payload_too_large", status: 413, reason: "Request Entity Too Large")
    package static let unsupportedMediaType =
        EdgeAnswer(name: "unsupported_media_type", status: 415, reason: "Unsupported Media Type")
    package static let badGateway = EdgeAnswer(name: "bad_gateway", status: 502, reason: "Bad Gateway")
    package static let gatewayTimeout = EdgeAnswer(name: "gateway_timeout", status: 504, reason: "Gateway Time-out")

    package static func tooManyRequests(_ wait: RetryAfter?) -> EdgeAnswer {
        EdgeAnswer(name: "too_many_requests", status: 429, reason: "Too Many Requests", retryAfter: wait)
    }

    package static func serviceUnavailable(_ wait: RetryAfter?) -> EdgeAnswer {
        EdgeAnswer(
            name: "service_unavailable",
            status: 503,
            reason: "Service Temporarily Unavailable",
            retryAfter: wait
        )
    }

    static let all: [EdgeAnswer] = [
        requestTimeout, payloadTooLarge, unsupportedMediaType, badGateway, gatewayTimeout, tooManyRequests(nil),
        serviceUnavailable(nil),
    ]

    /// The answer, without the headers that the server adds to its own.
    func answer(at now: UnixNanoseconds) -> Answer {
        let page = """
            <html>
            <head><title>\(self.status) \(self.reason)</title></head>
            <body><center><h1>\(self.status) \(self.reason)</h1></center></body>
            </html>

            """
        var answer =
            self.status == 429
            ? Answer.foreign(429, "application/json", #"{"error":"Rate limit exceeded. Try again later."}"#)
            : Answer.foreign(self.status, "text/html", page)
        switch self.retryAfter {
        case nil: break
        case .seconds(let seconds): answer.headers[.retryAfter] = String(seconds)
        case .date(let seconds): answer.headers[.retryAfter] = now.advanced(by: .seconds(seconds)).httpDate
        }
        return answer
    }
}
