import HTTPTypes

/// An answer that the server itself never gives on these routes; proxies and load balancers in front of it do.
package enum EdgeAnswer: Sendable, Hashable {
    /// How a client is told to come back later.
    package enum RetryAfter: Sendable, Hashable {
        /// A number of seconds.
        case seconds(Int)
        /// An HTTP date so many seconds from now.
        case date(secondsFromNow: Int)
    }

    /// 408
    case requestTimeout
    /// 413
    case payloadTooLarge
    /// 415
    case unsupportedMediaType
    /// 429
    case tooManyRequests(RetryAfter?)
    /// 502
    case badGateway
    /// 503
    case serviceUnavailable(RetryAfter?)
    /// 504
    case gatewayTimeout

    /// The answer, without the headers that the server adds to its own.
    func answer(at now: UnixNanoseconds) -> Answer {
        switch self {
        case .requestTimeout: Self.page(408, "Request Time-out")
        case .payloadTooLarge: Self.page(413, "Request Entity Too Large")
        case .unsupportedMediaType: Self.page(415, "Unsupported Media Type")
        case .badGateway: Self.page(502, "Bad Gateway")
        case .gatewayTimeout: Self.page(504, "Gateway Time-out")
        case .serviceUnavailable(let retryAfter):
            Self.page(503, "Service Temporarily Unavailable").with(retryAfter, at: now)
        case .tooManyRequests(let retryAfter):
            Answer(
                status: 429,
                contentType: "application/json",
                body: Array(#"{"error":"Rate limit exceeded. Try again later."}"#.utf8),
                isFromServer: false
            ).with(retryAfter, at: now)
        }
    }

    private static func page(_ status: Int, _ reason: String) -> Answer {
        let body = """
            <html>
            <head><title>\(status) \(reason)</title></head>
            <body><center><h1>\(status) \(reason)</h1></center></body>
            </html>

            """
        return Answer(status: status, contentType: "text/html", body: Array(body.utf8), isFromServer: false)
    }
}

extension Answer {
    fileprivate func with(_ retryAfter: EdgeAnswer.RetryAfter?, at now: UnixNanoseconds) -> Answer {
        var answer = self
        switch retryAfter {
        case nil: break
        case .seconds(let seconds): answer.headers[.retryAfter] = String(seconds)
        case .date(let seconds):
            let time = UnixNanoseconds(now.value + Duration.seconds(seconds).nanoseconds)
            answer.headers[.retryAfter] = time.httpDate
        }
        return answer
    }
}
