import HTTPTypes
import Hummingbird
import NIOCore

/// Turns HTTP requests into the API's and the API's answers into HTTP responses.
struct SimulatorResponder: HTTPResponder {
    /// The channel of the request's connection, to close it without an answer.
    struct Context: InitializableFromSource {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            self.channel = source.channel
        }
    }

    /// More than any proxy in front of the API lets pass; the server itself has no limit on these routes.
    private static let maximumBodyBytes = 64 << 20

    let state: SimulatorState

    func respond(to request: Request, context: Context) async throws -> Response {
        let clock = self.state.configuration.clock
        guard let body = try? await request.body.collect(upTo: Self.maximumBodyBytes) else {
            return self.response(EdgeAnswer.payloadTooLarge.answer(at: clock.now()), request.head)
        }
        guard let target = RequestTarget(request.head.path ?? "/") else {
            return self.response(.foreign(400, "text/plain; charset=utf-8", "400 Bad Request"), request.head)
        }
        let bytes = Array(body.readableBytesView)
        if let answer = Administration(state: self.state).answer(request.head, target, bytes) {
            return self.response(answer, request.head)
        }

        let connection = ClientConnection(channel: context.channel)
        let incoming = IncomingRequest(head: request.head, target: target, body: bytes)
        let plan = self.state.begin(incoming)
        let latency = self.state.configuration.latency
        if latency > .zero { try? await clock.sleep(latency) }
        var answer = await CustomersAPI(state: self.state, request: incoming, plan: plan, connection: connection)
            .answer()
        if let pause = plan.slowBody, answer.status != 0 { answer.delivery = .slow(pause) }
        if plan.isBodyTruncated, answer.status != 0 { answer.delivery = .truncated }
        self.state.finish(status: answer.status)
        if case .dropped = answer.delivery { connection.close() }
        return self.response(answer, request.head)
    }

    private func response(_ answer: Answer, _ head: HTTPRequest) -> Response {
        var headers = answer.headers
        if answer.isFromServer {
            headers.append(contentsOf: HTTPFields.everyAnswer)
            headers[.requestID] =
                head.headerFields[.requestID] ?? ULID.make(at: self.state.configuration.clock.now())
        }
        if let contentType = answer.contentType { headers[.contentType] = contentType }
        // A status of 0 belongs to a connection that is closed already, where it is never read.
        let status = HTTPResponse.Status(code: answer.status == 0 ? 500 : answer.status)
        guard head.method != .head else {
            headers[.contentLength] = String(answer.body.count)
            return Response(status: status, headers: headers)
        }
        return Response(status: status, headers: headers, body: self.responseBody(answer))
    }

    private func responseBody(_ answer: Answer) -> ResponseBody {
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        let rest = ByteBuffer(bytes: answer.body.dropFirst(answer.body.count / 2))
        switch answer.delivery {
        case .whole, .dropped:
            return ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        case .slow(let pause):
            let clock = self.state.configuration.clock
            return ResponseBody(contentLength: answer.body.count) { writer in
                try await writer.write(half)
                try await clock.sleep(pause)
                try await writer.write(rest)
                try await writer.finish(nil)
            }
        case .truncated:
            return ResponseBody(contentLength: answer.body.count) { writer in
                try await writer.write(half)
                // The server closes a connection whose body writer throws.
                throw CancellationError()
            }
        }
    }
}

extension HTTPField.Name {
    static let apiKey = named("x-api-key")
    static let requestID = named("X-Request-ID")

    fileprivate static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no header name") }
        return name
    }
}

extension HTTPFields {
    /// The headers that the server's middleware puts on every answer.
    fileprivate static let everyAnswer: HTTPFields = [
        .accessControlAllowOrigin: "*",
        .xContentTypeOptions: "nosniff",
        .named("X-Frame-Options"): "DENY",
        .named("Referrer-Policy"): "strict-origin-when-cross-origin",
        .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        .named("Permissions-Policy"): "camera=(), geolocation=(), microphone=()",
    ]
}
