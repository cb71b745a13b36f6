import HTTPTypes
import Hummingbird
import JSON
import Kafka
import Ledger
import Logging
import Operations
import Redrive
import Settings
import Topics

/// Makes a page with one sentence of whatever goes wrong, and puts the headers that protect a browser on every answer.
struct ErrorPages: RouterMiddleware {
    typealias Context = ConsoleContext

    let pages: Pages
    let isSecure: Bool
    let logger: Logger

    /// What a browser may do with the pages (Content Security Policy, level 3): load from here and nowhere else.
    static let policy =
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = self.page(error, request, context)
        }
        for (name, value) in self.headers { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private var headers: [(HTTPField.Name, String)] {
        var headers: [(HTTPField.Name?, String)] = [
            (.contentSecurityPolicy, Self.policy), (.xContentTypeOptions, "nosniff"),
            (HTTPField.Name("Referrer-Policy"), "same-origin"), (HTTPField.Name("X-Frame-Options"), "DENY"),
            (HTTPField.Name("Cross-Origin-Opener-Policy"), "same-origin"),
            (HTTPField.Name("Cross-Origin-Resource-Policy"), "same-origin"),
        ]
        if self.isSecure { headers.append((.strictTransportSecurity, "max-age=31536000")) }
        return headers.compactMap { name, value in name.map { ($0, value) } }
    }

    private func page(_ error: any Error, _ request: Request, _ context: ConsoleContext) -> Response {
        let (status, sentence) = Self.answer(to: error)
        if status.code >= 500 {
            self.logger.warning("Page failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
        }
        let path = request.uri.path
        if path.hasPrefix("/data/") || path.hasPrefix("/live/") || path.hasSuffix("/check") && request.method == .post {
            return Response.json(.string(sentence), status: status)
        }
        let title = status.reasonPhrase
        let content: Content = ["status": status.code, "heading": title, "sentence": sentence]
        return self.pages.page("error", title: title, content, request, context, status: status)
    }

    /// The status and the sentence of an error.
    static func answer(to error: any Error) -> (status: HTTPResponse.Status, sentence: String) {
        switch error {
        case let error as PageError: (error.status, error.description)
        case let error as StartFailure: (.serviceUnavailable, error.description)
        case let error as KafkaError: (.serviceUnavailable, StartFailure(error).description)
        case let error as LedgerError: (.serviceUnavailable, StartFailure(error).description)
        case is TopicSnapshot.Missing, is TopicReader.Stalled: (.serviceUnavailable, "\(error)")
        case is RedriveRequest.Refusal: (.conflict, "\(error)")
        case is OptionMistake: (.badRequest, "\(error)")
        case is LineFile.Failure: (.internalServerError, "\(error)")
        case let error as HTTPError where error.status == .notFound: (.notFound, "there is no such page")
        case let error as any HTTPResponseError: (error.status, error.status.reasonPhrase)
        default: (.internalServerError, "internal error: \(error); please report it")
        }
    }
}
