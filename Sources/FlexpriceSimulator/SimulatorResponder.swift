import HTTPTypes
import Hummingbird
import NIOCore

/// Turns HTTP requests into the API's and the API's answers into HTTP responses.
struct SimulatorResponder: HTTPResponder {
    typealias Context = SimulatorContext

    /// More than any proxy in front of the API lets pass; the server itself has no limit on these routes.
    private static let maximumBodyBytes = 64 << 20

    let configuration: SimulatorConfiguration
    let state: SimulatorState
    let administration: Administration

    func respond(to request: Request, context: SimulatorContext) async throws -> Response {
        guard let body = try? await request.body.collect(upTo: Self.maximumBodyBytes) else {
            return response(EdgeAnswer.payloadTooLarge.answer(at: configuration.clock.now()), request.head)
        }
        guard let target = RequestTarget(request.head.path ?? "/") else {
            let answer = Answer(
                status: 400,
                contentType: "text/plain; charset=utf-8",
                body: Array("400 Bad Request".utf8),
                isFromServer: false
            )
            return response(answer, request.head)
        }
        let bytes = Array(body.readableBytesView)
        if let answer = administration.answer(request.head, target, bytes) { return response(answer, request.head) }

        let connection = ClientConnection(channel: context.channel)
        let incoming = IncomingRequest(head: request.head, target: target, body: bytes)
        let plan = state.begin(incoming)
        if configuration.latency > .zero { try? await configuration.clock.sleep(configuration.latency) }
        var answer = await CustomersAPI(configuration: configuration, state: state).answer(incoming, plan, connection)
        if let pause = plan.slowBody, answer.status != 0 { answer.delivery = .slow(pause) }
        if plan.isBodyTruncated, answer.status != 0 { answer.delivery = .truncated }
        state.finish(status: answer.status)
        if case .dropped = answer.delivery { connection.close() }
        return response(answer, request.head)
    }

    private func response(_ answer: Answer, _ head: HTTPRequest) -> Response {
        var headers = answer.isFromServer ? HeaderName.everyAnswer : HTTPFields()
        if answer.isFromServer {
            headers[HeaderName.requestID] =
                head.headerFields[HeaderName.requestID] ?? ULID.make(at: configuration.clock.now())
        }
        if let contentType = answer.contentType { headers[.contentType] = contentType }
        for field in answer.headers { headers[field.name] = field.value }
        // A status of 0 belongs to a connection that is closed already: nobody sees it.
        let status = HTTPResponse.Status(code: answer.status == 0 ? 500 : answer.status)
        guard head.method != .head else {
            headers[.contentLength] = String(answer.body.count)
            return Response(status: status, headers: headers)
        }
        return Response(status: status, headers: headers, body: responseBody(answer))
    }

    private func responseBody(_ answer: Answer) -> ResponseBody {
        let whole = ByteBuffer(bytes: answer.body)
        let half = ByteBuffer(bytes: answer.body.prefix(answer.body.count / 2))
        let rest = ByteBuffer(bytes: answer.body.dropFirst(answer.body.count / 2))
        switch answer.delivery {
        case .whole, .dropped:
            return ResponseBody(byteBuffer: whole)
        case .slow(let pause):
            let clock = configuration.clock
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
                throw TruncatedBody()
            }
        }
    }
}

/// Ends a body in the middle.
private struct TruncatedBody: Error {}
