import CommandWorker
import CustomerContract
import Hummingbird
import JSON
import NIOCore
import Records

/// Answers the four routes of the admin endpoint; nothing in here changes the worker.
struct AdminResponder: HTTPResponder {
    typealias Context = AdminContext

    /// How long a fresh look at the worker may take; a stuck loop must not make the endpoint wait for longer.
    static let patience: Duration = .milliseconds(500)

    let watch: WorkerWatch

    func respond(to request: Request, context: AdminContext) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return Self.text(.methodNotAllowed, "only GET is served here\n")
        }
        switch request.uri.path {
        case "/livez":
            // Asking is the point: a loop that answers lives.
            await self.watch.look(within: Self.patience)
            let health = self.watch.view.health
            return Self.answer("live", health.isLive, health.reasons.filter { $0.kind == .loopStuck })
        case "/readyz":
            await self.watch.look(within: Self.patience)
            let health = self.watch.view.health
            return Self.answer("ready", health.isReady, health.reasons)
        case "/metrics":
            await self.watch.look(within: Self.patience)
            return Self.text(.ok, PrometheusText.encode(self.watch.metrics()), "; version=0.0.4; charset=utf-8")
        case "/status":
            var question = WorkerQuestion()
            question.externalID = request.uri.queryParameters.get("external_id").map { ExternalID($0) }
            if let text = request.uri.queryParameters.get("slowest") {
                guard let number = Int(text), StatusReport.slowestBounds.contains(number) else {
                    return Self.text(.badRequest, "slowest: expected 1 to 100\n")
                }
                question.slowest = number
            }
            let fresh = await self.watch.look(question, within: Self.patience)
            // Without a fresh answer nothing is known of those commands now, and an older look was for another
            // question.
            let report = StatusReport(
                view: self.watch.view(showing: fresh),
                now: .now(),
                question: fresh == nil ? WorkerQuestion() : question,
                apiAnswers: self.watch.apiAnswers
            )
            return Self.response(.ok, "application/json", report.json)
        default: return Self.text(.notFound, "here are /livez, /readyz, /metrics and /status\n")
        }
    }

    /// `{"live":true}`, or `{"live":false,"reasons":[…]}` with status 503.
    private static func answer(_ name: String, _ isWell: Bool, _ reasons: [Health.Reason]) -> Response {
        var report = JSONObject([name: .bool(isWell)])
        if !isWell { report["reasons"] = .reasons(reasons) }
        return Self.response(isWell ? .ok : .serviceUnavailable, "application/json", Array(report.line.utf8))
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String, _ parameters: String = "") -> Response {
        Self.response(status, "text/plain\(parameters)", Array(text.utf8))
    }

    private static func response(_ status: HTTPResponse.Status, _ contentType: String, _ body: [UInt8]) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// The responder needs nothing but the request.
struct AdminContext: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}
