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
            return Self.response(.methodNotAllowed, "text/plain", Array("only GET is served here\n".utf8))
        }
        switch request.uri.path {
        case "/livez":
            // Asking is the point: a loop that answers lives.
            await self.watch.look(within: Self.patience)
            return Self.response(.liveness(self.watch.view.health))
        case "/readyz":
            await self.watch.look(within: Self.patience)
            return Self.response(.readiness(self.watch.view.health))
        case "/metrics":
            await self.watch.look(within: Self.patience)
            let text = PrometheusText.encode(self.watch.metrics())
            return Self.response(.ok, PrometheusText.contentType, Array(text.utf8))
        case "/status":
            var question = WorkerQuestion()
            question.externalID = request.uri.queryParameters.get("external_id").map { ExternalID($0) }
            if let text = request.uri.queryParameters.get("slowest") {
                guard let number = Int(text), StatusReport.slowestBounds.contains(number) else {
                    return Self.response(.badRequest, "text/plain", Array("slowest: expected 1 to 100\n".utf8))
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
        default:
            let routes = "here are /livez, /readyz, /metrics and /status\n"
            return Self.response(.notFound, "text/plain", Array(routes.utf8))
        }
    }

    private static func response(_ report: HealthReport) -> Response {
        Self.response(report.isWell ? .ok : .serviceUnavailable, "application/json", report.json)
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

/// What `/livez` and `/readyz` say.
struct HealthReport: Sendable {
    let isWell: Bool
    let json: [UInt8]

    /// `{"live":true}`, or `{"live":false,"reasons":[…]}`.
    static func liveness(_ health: Health) -> HealthReport {
        let reasons = health.isLive ? [] : health.reasons.filter { $0.word == "loop_stuck" }
        return HealthReport(isWell: health.isLive, json: Self.encode("live", health.isLive, reasons))
    }

    /// `{"ready":true}`, or `{"ready":false,"reasons":[…]}` with every reason.
    static func readiness(_ health: Health) -> HealthReport {
        HealthReport(isWell: health.isReady, json: Self.encode("ready", health.isReady, health.reasons))
    }

    private static func encode(_ name: String, _ value: Bool, _ reasons: [Health.Reason]) -> [UInt8] {
        var report = JSONObject([name: .bool(value)])
        if !value { report["reasons"] = .reasons(reasons) }
        return Array(report.line.utf8)
    }
}
