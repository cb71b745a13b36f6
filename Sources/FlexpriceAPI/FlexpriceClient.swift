import AsyncHTTPClient
public import CustomerContract
import NIOCore
import NIOHTTP1
import NIOPosix
import Tracing

/// Talks to the Flexprice API over kept-alive connections.
///
/// ```swift
/// let client = FlexpriceClient(settings)
/// let exchange = await client.createCustomer(body: command.encodedBody(), requestID: "customer_commands/0/17")
/// await client.shutdown()
/// ```
///
/// Redirects are never followed, answers are read up to ``maximumAnswerBytes``, and ``shutdown()`` must be called before the
/// last reference goes. It may be called from any task.
public final class FlexpriceClient: Sendable {
    /// A customer's document is a few kilobytes; more than this is no answer of Flexprice.
    public static let maximumAnswerBytes = 1_048_576

    private let settings: FlexpriceSettings
    private let metrics: FlexpriceMetrics
    private let http: HTTPClient
    /// The requests that are sent often, without headers and body: reading a URL costs as much as the rest of a request.
    private let create: Result<HTTPClient.Request, any Error>
    private let search: Result<HTTPClient.Request, any Error>

    /// Makes a client; nothing is sent yet.
    public init(_ settings: FlexpriceSettings, metrics: FlexpriceMetrics = .none) {
        self.settings = settings
        self.metrics = metrics
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = settings.maximumConnections
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.tlsConfiguration = settings.authorities?.configuration
        configuration.proxy = settings.proxy?.configuration
        // One loop: requests and answers are small, and a second loop costs more in hops than it brings. Of the loops that
        // live as long as the process, so that nothing has to outwait it at the end.
        self.http = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton.any(),
            configuration: configuration
        )
        self.create = Result { try HTTPClient.Request(url: settings.baseURL + "/customers", method: .POST) }
        self.search = Result { try HTTPClient.Request(url: settings.baseURL + "/customers/search", method: .POST) }
    }

    /// Closes every connection; requests under way fail, and so does any later one.
    public func shutdown() async {
        try? await self.http.shutdown()
    }

    /// `POST /customers`.
    ///
    /// - Parameters:
    ///   - requestID: sent as `X-Request-ID`, which Flexprice logs and echoes; ASCII.
    ///   - trace: passed on as W3C trace context.
    ///   - patience: a bound below ``FlexpriceSettings/timeout``.
    public func createCustomer(
        body: [UInt8],
        requestID: String,
        trace: TraceContext? = nil,
        patience: Duration? = nil
    ) async -> Exchange {
        await self.send(self.create, body: body, requestID: requestID, trace: trace, patience: patience)
    }

    /// `POST /customers/search` for one external_id: no path escaping, unlike the look-up by path.
    public func searchCustomer(_ externalID: ExternalID, requestID: String) async -> Exchange {
        let filter = JSONObject([
            .init(name: "external_ids", value: .array([.string(externalID.text)])),
            .init(name: "limit", value: .number(JSONNumber(2))),
        ])
        return await self.send(self.search, body: JSONWriter.encode(filter), requestID: requestID)
    }

    /// `PUT /customers` for the customer of this id of Flexprice's own (`cust_…`): fields that are not sent stay.
    public func updateCustomer(id: String, _ fields: JSONObject, requestID: String) async -> Exchange {
        let url = self.settings.baseURL + "/customers?id=" + Self.percentEncoded(id)
        return await self.send(
            Result { try HTTPClient.Request(url: url, method: .PUT) },
            body: JSONWriter.encode(fields),
            requestID: requestID
        )
    }

    /// `GET /health`, which stands beside `/v1` and needs no key.
    public func health() async -> Exchange {
        var url = self.settings.baseURL
        if url.hasSuffix("/v1") { url.removeLast(3) }
        return await self.send(Result { try HTTPClient.Request(url: url + "/health") }, requestID: "check")
    }

    /// `GET /users/me`: whose key it is, and what it may do.
    public func currentUser() async -> Exchange {
        let url = self.settings.baseURL + "/users/me"
        return await self.send(Result { try HTTPClient.Request(url: url) }, requestID: "check")
    }

    private func send(
        _ request: Result<HTTPClient.Request, any Error>,
        body: [UInt8]? = nil,
        requestID: String,
        trace: TraceContext? = nil,
        patience: Duration? = nil
    ) async -> Exchange {
        let key = self.settings.apiKeys.current
        var headers = HTTPHeaders()
        headers.reserveCapacity(10)
        headers.add(name: "x-api-key", value: key.value)
        if body != nil { headers.add(name: "content-type", value: "application/json") }
        headers.add(name: "accept", value: "application/json")
        headers.add(name: "user-agent", value: "customer-worker")
        headers.add(name: "x-request-id", value: Self.headerSafe(requestID))
        if let id = self.settings.environmentID { headers.add(name: "X-Environment-ID", value: id) }
        if let trace {
            headers.add(name: "traceparent", value: trace.traceparent)
            if let state = trace.tracestate { headers.add(name: "tracestate", value: Self.headerSafe(state)) }
        }
        // A tracer, if there is one, puts its own span in the place of the command's.
        if let context = ServiceContext.current {
            InstrumentationSystem.instrument.inject(context, into: &headers, using: HeaderInjector())
        }
        let start = ContinuousClock.now
        let exchange = await self.execute(
            request,
            headers,
            body,
            within: min(patience ?? self.settings.timeout, self.settings.timeout)
        )
        self.metrics.record(exchange, .now - start)
        if case .answered(let answer) = exchange, answer.status == 401 { self.settings.apiKeys.refused(key) }
        return exchange
    }

    private func execute(
        _ template: Result<HTTPClient.Request, any Error>,
        _ headers: HTTPHeaders,
        _ body: [UInt8]?,
        within time: Duration
    ) async -> Exchange {
        do {
            var request = try template.get()
            request.headers = headers
            request.body = body.map { .byteBuffer(ByteBuffer(bytes: $0)) }
            // The deadline of this interface holds until the body has ended: a server may trickle bytes for ever. That of
            // the one with an asynchronous sequence ends with the head.
            let task = self.http.execute(
                request: request,
                delegate: ResponseAccumulator(request: request, maxBodySize: Self.maximumAnswerBytes),
                deadline: .now() + .nanoseconds(Int64(clamping: time.nanoseconds))
            )
            let response = try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
            return .answered(HTTPAnswer(response))
        } catch {
            return .unanswered(TransportFailure(error))
        }
    }

    /// Header values must be visible ASCII: anything else would be refused before it is sent, and lose the request.
    private static func headerSafe(_ text: String) -> String {
        guard text.utf8.contains(where: { !(0x20..<0x7F).contains($0) }) else { return text }
        return String(decoding: text.utf8.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// Everything but RFC 3986's unreserved characters, escaped.
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        .joined()
    }
}

extension HTTPAnswer {
    fileprivate init(_ response: HTTPClient.Response) {
        self.init(
            status: Int(response.status.code),
            isJSON: response.headers.first(name: "content-type").map(HTTPAnswer.isJSON(contentType:)) ?? false,
            retryAfter: response.headers.first(name: "retry-after").flatMap(RetryAfter.init),
            body: response.body.map { Array($0.readableBytesView) } ?? []
        )
    }
}

/// Sets headers for a tracer; what stood there under the same name goes.
private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into headers: inout HTTPHeaders) {
        headers.replaceOrAdd(name: key, value: value)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int128 {
        Int128(self.components.seconds) * 1_000_000_000 + Int128(self.components.attoseconds / 1_000_000_000)
    }
}
