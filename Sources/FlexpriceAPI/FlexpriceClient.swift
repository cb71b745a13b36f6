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
        // One loop: requests and answers are small, and a second loop costs more in hops than it brings. Of the loops that
        // live as long as the process, so that nothing has to outwait it at the end.
        self.http = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton.any(),
            configuration: configuration
        )
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
    public func createCustomer(body: [UInt8], requestID: String, trace: TraceContext? = nil) async -> Exchange {
        await self.post("/customers", body: body, requestID: requestID, trace: trace)
    }

    /// `POST /customers/search` for one external_id: no path escaping, unlike the look-up by path.
    public func searchCustomer(_ externalID: ExternalID, requestID: String) async -> Exchange {
        var writer = JSONWriter()
        writer.write(
            .object(
                JSONObject([
                    .init(name: "external_ids", value: .array([.string(externalID.text)])),
                    .init(name: "limit", value: .number(JSONNumber(2))),
                ])
            )
        )
        return await self.post("/customers/search", body: writer.bytes, requestID: requestID, trace: nil)
    }

    private func post(_ path: String, body: [UInt8], requestID: String, trace: TraceContext?) async -> Exchange {
        var request = HTTPClientRequest(url: self.settings.baseURL + path)
        request.method = .POST
        request.headers.add(name: "x-api-key", value: self.settings.apiKey.value)
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "customer-worker")
        request.headers.add(name: "x-request-id", value: Self.headerSafe(requestID))
        if let id = self.settings.environmentID { request.headers.add(name: "X-Environment-ID", value: id) }
        if let trace {
            request.headers.add(name: "traceparent", value: trace.traceparent)
            if let state = trace.tracestate { request.headers.add(name: "tracestate", value: Self.headerSafe(state)) }
        }
        // A tracer, if there is one, puts its own span in the place of the command's.
        if let context = ServiceContext.current {
            InstrumentationSystem.instrument.inject(context, into: &request.headers, using: HeaderInjector())
        }
        request.body = .bytes(body, length: .known(Int64(body.count)))
        let clock = ContinuousClock()
        let start = clock.now
        let exchange = await self.execute(request, until: start + self.settings.timeout, clock)
        self.metrics.record(exchange, clock.now - start)
        return exchange
    }

    private func execute(
        _ request: HTTPClientRequest,
        until end: ContinuousClock.Instant,
        _ clock: ContinuousClock
    ) async -> Exchange {
        do {
            let deadline = NIODeadline.now() + .nanoseconds(Int64(clamping: self.settings.timeout.nanoseconds))
            let response = try await self.http.execute(request, deadline: deadline)
            let buffer = try await Self.collect(response.body, until: end, clock)
            return .answered(
                HTTPAnswer(
                    status: Int(response.status.code),
                    isJSON: response.headers.first(name: "content-type").map(HTTPAnswer.isJSON(contentType:)) ?? false,
                    retryAfter: response.headers.first(name: "retry-after").flatMap(RetryAfter.init),
                    body: Array(buffer.readableBytesView)
                )
            )
        } catch {
            return .unanswered(TransportFailure(error))
        }
    }

    /// Reads a body to its end; the deadline of ``HTTPClient`` ends with the head, and a server may trickle bytes for ever.
    private static func collect(
        _ body: HTTPClientResponse.Body,
        until end: ContinuousClock.Instant,
        _ clock: ContinuousClock
    ) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await body.collect(upTo: Self.maximumAnswerBytes) }
            group.addTask {
                try await clock.sleep(until: end, tolerance: nil)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            // The first of the two to end decides.
            guard let buffer = try await group.next() else { throw HTTPClientError.deadlineExceeded }
            return buffer
        }
    }

    /// Header values must be visible ASCII: anything else would be refused before it is sent, and lose the request.
    private static func headerSafe(_ text: String) -> String {
        String(decoding: text.utf8.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
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
