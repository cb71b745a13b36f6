package import CustomerContract
package import JSON
import Records
package import Tracing

/// Talks to the Flexprice API over kept-alive connections.
///
/// ```swift
/// let client = FlexpriceClient(settings)
/// let exchange = await client.createCustomer(body: command.encodedBody(), requestID: "customer_commands/0/17")
/// await client.shutdown()
/// ```
///
/// Redirects are never followed, answers are read up to ``TransportSettings/maximumAnswerBytes``, the known keys are
/// masked in them, and ``shutdown()`` must be called before the last reference goes. It may be called from any task.
package final class FlexpriceClient: Sendable {
    private let settings: FlexpriceSettings
    private let metrics: FlexpriceMetrics
    private let transport: HTTPTransport

    /// Makes a client; nothing is sent yet.
    package init(_ settings: FlexpriceSettings, metrics: FlexpriceMetrics = .none) {
        self.settings = settings
        self.metrics = metrics
        self.transport = HTTPTransport(settings.transport)
    }

    /// Closes every connection; requests under way end as cancelled, and so does any later one.
    package func shutdown() async {
        await self.transport.shutdown()
    }

    /// `POST /customers`.
    ///
    /// - Parameters:
    ///   - requestID: sent as `X-Request-ID`, which Flexprice logs and echoes; ASCII.
    ///   - trace: passed on as W3C trace context.
    ///   - patience: a bound below ``FlexpriceSettings/timeout``.
    ///   - context: of the span that the request belongs to.
    ///   - completion: called once, on a thread that carries every request: it must be quick, and wait for nothing. It
    ///     says what becomes of the connection.
    package func createCustomer(
        body: [UInt8],
        requestID: String,
        trace: TraceContext? = nil,
        patience: Duration? = nil,
        context: ServiceContext? = nil,
        then completion: @escaping @Sendable (Exchange) -> ConnectionFate
    ) {
        let key = self.settings.apiKeys.current
        var request = self.request(.post, "/customers", body, requestID, key)
        request.timeout = min(patience ?? self.settings.timeout, self.settings.timeout)
        request.add(trace, context)
        let start = ContinuousClock.now
        self.transport.send(request) { exchange in
            completion(self.take(exchange, key, since: start))
        }
    }

    /// `POST /customers`; cancellation of the task ends the request, whose outcome is unknown then.
    package func createCustomer(
        body: [UInt8],
        requestID: String,
        trace: TraceContext? = nil,
        patience: Duration? = nil
    ) async -> Exchange {
        let key = self.settings.apiKeys.current
        var request = self.request(.post, "/customers", body, requestID, key)
        request.timeout = min(patience ?? self.settings.timeout, self.settings.timeout)
        request.add(trace, ServiceContext.current)
        return await self.send(request, key)
    }

    /// `POST /customers/search` for one external_id: no path escaping, unlike the lookup by path.
    package func searchCustomer(_ externalID: ExternalID, requestID: String) async -> Exchange {
        let filter = JSONObject([
            .init(name: "external_ids", value: .array([.string(externalID.text)])),
            .init(name: "limit", value: .number(JSONNumber(2))),
        ])
        return await self.send(.post, "/customers/search", JSONWriter.encode(filter), requestID) {
            AnswerReading($0, of: .search, externalID: externalID).connectionFate
        }
    }

    /// `POST /customers/search` for an archived customer, by Flexprice's own id (`cust_…`).
    package func searchArchivedCustomer(id: String, requestID: String) async -> Exchange {
        let filter = JSONObject([
            .init(name: "customer_ids", value: .array([.string(id)])),
            .init(name: "status", value: .string("archived")),
            .init(name: "limit", value: .number(JSONNumber(1))),
        ])
        return await self.send(.post, "/customers/search", JSONWriter.encode(filter), requestID)
    }

    /// `PUT /customers` for the customer of this id of Flexprice's own (`cust_…`): fields that are not sent stay.
    package func updateCustomer(id: String, _ fields: JSONObject, requestID: String) async -> Exchange {
        await self.send(.put, "/customers?id=" + HTTPTransport.percentEncoded(id), JSONWriter.encode(fields), requestID)
    }

    /// `GET /health`, which is beside `/v1` and needs no key.
    package func health() async -> Exchange {
        let key = self.settings.apiKeys.current
        var request = self.request(.get, "", nil, "check", key)
        if request.url.hasSuffix("/v1") { request.url.removeLast(3) }
        request.url += "/health"
        return await self.send(request, key)
    }

    /// `GET /users/me`: whose key it is, and what it may do.
    package func currentUser() async -> Exchange {
        await self.send(.get, "/users/me", nil, "check")
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: [UInt8]?,
        _ requestID: String,
        judging fate: @escaping @Sendable (Exchange) -> ConnectionFate = { _ in .kept }
    ) async -> Exchange {
        let key = self.settings.apiKeys.current
        var request = self.request(method, path, body, requestID, key)
        request.add(nil, ServiceContext.current)
        return await self.send(request, key, judging: fate)
    }

    private func send(
        _ request: HTTPRequest,
        _ key: Secret,
        judging fate: @escaping @Sendable (Exchange) -> ConnectionFate = { _ in .kept }
    ) async -> Exchange {
        let start = ContinuousClock.now
        return await self.transport.send(request) { exchange in
            let taken = self.take(exchange, key, since: start)
            return (taken, fate(taken))
        }
    }

    /// Takes what came of a request, on the transport's thread: the edge where foreign text comes in.
    private func take(_ exchange: Exchange, _ key: Secret, since start: ContinuousClock.Instant) -> Exchange {
        self.metrics.record(exchange, .now - start)
        guard case .answered(var answer) = exchange else { return exchange }
        if answer.status == 401 || answer.status == 403 { self.settings.apiKeys.refused(key) }
        answer.body = KeyMask.masked(answer.body, self.settings.apiKeys.known)
        return .answered(answer)
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: [UInt8]?,
        _ requestID: String,
        _ key: Secret
    ) -> HTTPRequest {
        var headers = [
            "x-api-key: " + HTTPRequest.headerSafe(key.reveal()), "accept: application/json",
            "user-agent: customer-worker",
            "x-request-id: " + HTTPRequest.headerSafe(requestID),
        ]
        if body != nil { headers.append("content-type: application/json") }
        if let id = self.settings.environmentID { headers.append("X-Environment-ID: " + HTTPRequest.headerSafe(id)) }
        return HTTPRequest(
            method: method,
            url: self.settings.baseURL + path,
            headers: headers,
            body: body,
            timeout: self.settings.timeout
        )
    }
}
