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

    static func json(status: Int = 200, _ write: (inout JSONWriter) -> Void) -> Answer {
        var writer = JSONWriter(capacity: 512)
        write(&writer)
        return Answer(
            status: status,
            contentType: "application/json; charset=utf-8",
            body: GoText.escaped(writer.bytes)
        )
    }

    /// A redirect as Go writes it: 301 with a short page for GET, 307 without a body for any other method.
    static func redirect(method: HTTPRequest.Method, to location: String) -> Answer {
        guard method == .get else {
            return Answer(status: 307, headers: [.location: location])
        }
        let escaped = location.split(separator: "&", omittingEmptySubsequences: false).joined(separator: "&amp;")
        let page = "<a href=\"\(escaped)\">Moved Permanently</a>.\n\n"
        return Answer(
            status: 301,
            contentType: "text/html; charset=utf-8",
            headers: [.location: location],
            body: Array(page.utf8)
        )
    }
}
