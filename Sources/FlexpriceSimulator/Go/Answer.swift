import HTTPTypes
import JSON

/// What the simulator answers, and how the bytes go out.
struct Answer: Sendable {
    enum Delivery: Sendable {
        case whole
        /// Half of the body, a pause, the other half.
        case slow(Duration)
        /// Half of the body, then the connection closes.
        case truncated
        /// Nothing: the connection closes.
        case dropped
    }

    var status: Int
    var contentType: String?
    var headers = HTTPFields()
    var body: [UInt8] = []
    /// Whether the server gives this answer, with its headers, or something in front of it.
    var isFromServer = true
    var delivery = Delivery.whole

    /// The connection closes without an answer.
    static let dropped = Answer(status: 0, delivery: .dropped)

    /// What gin answers for a path that it does not know, and for a method that the path does not have.
    static let pageNotFound = Answer(status: 404, contentType: "text/plain", body: Array("404 page not found".utf8))

    static func json(status: Int = 200, _ value: JSONValue) -> Answer {
        let body = GoText.escaped(JSONWriter.encode(value))
        return Answer(status: status, contentType: "application/json; charset=utf-8", body: body)
    }

    /// An answer of something in front of the server.
    static func foreign(_ status: Int, _ contentType: String?, _ body: String) -> Answer {
        Answer(status: status, contentType: contentType, body: Array(body.utf8), isFromServer: false)
    }

    /// A redirect as Go writes it: 301 with a short page for GET, 307 without a body for any other method.
    static func redirect(method: HTTPRequest.Method, to location: String) -> Answer {
        var answer = Answer(status: method == .get ? 301 : 307, headers: [.location: location])
        if method == .get {
            let escaped = location.split(separator: "&", omittingEmptySubsequences: false).joined(separator: "&amp;")
            answer.contentType = "text/html; charset=utf-8"
            answer.body = Array("<a href=\"\(escaped)\">Moved Permanently</a>.\n\n".utf8)
        }
        return answer
    }
}

/// An error answer of the server, in one of the shapes that exist side by side.
///
/// See `middleware.ErrorHandler` of the server for the flat shape; what its other middleware refuses never gets there
/// and has a shape of its own.
enum APIError: Error {
    /// `{"code":…,"message":…,"http_status_code":…,"details":{…}}`, details left out when empty.
    case flat(Int, code: String, message: String, details: [String: String] = [:])
    /// `{"error":…}`, `{"error":…,"message":…}` or `{"message":…}`.
    case middleware(Int, error: String? = nil, message: String? = nil)
    /// What `gin.Recovery` answers after a panic: an empty 500.
    case panic

    static let invalidFormat = validation("Invalid request format")
    static let unexpected = flat(500, code: "internal_error", message: "An unexpected error occurred")

    static func validation(_ message: String, _ details: [String: String] = [:]) -> APIError {
        .flat(400, code: "validation_error", message: message, details: details)
    }

    static func notFound(_ message: String, _ details: [String: String] = [:]) -> APIError {
        .flat(404, code: "not_found", message: message, details: details)
    }

    static func alreadyExists(_ message: String, _ details: [String: String]) -> APIError {
        .flat(409, code: "already_exists", message: message, details: details)
    }

    static func database(_ message: String) -> APIError { .flat(500, code: "database_error", message: message) }

    /// The answer; `legacy` wraps a flat error as servers before April 2026 did.
    func answer(legacy: Bool = false) -> Answer {
        switch self {
        case .panic:
            return Answer(status: 500)
        case .middleware(let status, let error, let message):
            let (error, message) = (error.map(JSONValue.string), message.map(JSONValue.string))
            return .json(status: status, .object(JSONObject(filled: ["error": error, "message": message])))
        case .flat(let status, let code, let message, let details):
            var object = JSONObject(["code": .string(code), "message": .string(message)])
            if legacy {
                object = JSONObject(["message": .string(message), "internal_error": .string("\(code): \(message)")])
            } else {
                object["http_status_code"] = .integer(status)
            }
            if !details.isEmpty { object["details"] = .sorted(details) }
            let flat = JSONValue.object(object)
            return .json(status: status, legacy ? .members(["success": .bool(false), "error": flat]) : flat)
        }
    }
}
