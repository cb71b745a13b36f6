package import CoreMetrics
import Records

/// Requests to the API: how many by their answer, and how long they took.
///
/// - `customer_worker_api_requests_total{status}`: the HTTP status of those that are known of the API, its class
///   (`4xx`) of any other, and for a request without a whole answer `not_connected`, `not_trusted`, `refused_by_proxy`,
///   `not_http`, `interrupted`, `answer_too_long` or `cancelled`.
/// - `customer_worker_api_request_duration_seconds`: with the answer's body, or until there could be none.
package struct FlexpriceMetrics: Sendable {
    /// Every status that Flexprice and what is before it are known to answer with; a label has no other numbers.
    static let knownStatuses = [
        200, 201, 400, 401, 403, 404, 408, 409, 413, 415, 422, 425, 429, 500, 502, 503, 504,
    ]

    private let duration: CoreMetrics.Timer
    private let byStatus: [Int: Counter]
    private let byClass: [Counter]
    private let byFailure: [TransportFailure.Kind: Counter]

    /// Makes every counter once; a request looks up a number, and makes no label.
    package init(factory: any MetricsFactory) {
        func counter(_ status: String) -> Counter {
            Counter(
                label: "customer_worker_api_requests_total",
                dimensions: [("status", status)],
                factory: factory
            )
        }
        self.duration = CoreMetrics.Timer(label: "customer_worker_api_request_duration_seconds", factory: factory)
        self.byStatus = Dictionary(uniqueKeysWithValues: Self.knownStatuses.map { ($0, counter("\($0)")) })
        self.byClass = ["other", "1xx", "2xx", "3xx", "4xx", "5xx"].map(counter)
        self.byFailure = Dictionary(
            uniqueKeysWithValues: TransportFailure.Kind.allCases.map { ($0, counter($0.rawValue)) }
        )
    }

    /// Metrics that go nowhere.
    package static var none: FlexpriceMetrics { FlexpriceMetrics(factory: NOOPMetricsHandler.instance) }

    /// Counts an answer.
    package func count(status: Int) {
        (self.byStatus[status] ?? self.byClass[(100..<600).contains(status) ? status / 100 : 0]).increment()
    }

    func record(_ exchange: Exchange, _ duration: Duration) {
        self.duration.recordNanoseconds(duration.boundedNanoseconds)
        switch exchange {
        case .answered(let answer):
            self.count(status: answer.status)
        case .unanswered(let failure):
            self.byFailure[failure.kind]?.increment()
        }
    }
}
