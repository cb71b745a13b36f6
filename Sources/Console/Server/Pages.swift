import Hummingbird
import JSON
import Mustache
import NIOCore
import Operations

/// Renders pages: a template within the frame that all of them share.
struct Pages: Sendable {
    private static let entries: [(href: String, label: String)] = [
        ("/", "Overview"), ("/partitions", "Partitions"), ("/letters", "Letters"), ("/results", "Results"),
        ("/jobs", "Jobs"), ("/ledger", "Ledger"), ("/configuration", "Configuration"), ("/check", "Check"),
    ]

    private let library: MustacheLibrary

    /// - Throws: Mustache's error for a template that cannot be read.
    init() throws {
        self.library = try Files.library()
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - template: Its template's name.
    ///   - content: What the template asks for.
    ///   - live: The path of the stream that keeps it fresh.
    func page(
        _ template: String,
        title: String,
        _ content: [String: Any] = [:],
        _ request: Request,
        _ context: ConsoleContext,
        live: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var frame = content
        frame["title"] = title
        frame["version"] = BuildInfo.version
        frame["live"] = live
        let path = request.uri.path
        frame["nav"] = Self.entries.map { entry -> [String: Any] in
            let isCurrent = entry.href == "/" ? path == "/" : path == entry.href || path.hasPrefix(entry.href + "/")
            return ["href": entry.href, "label": entry.label, "current": isCurrent]
        }
        if let session = context.session {
            frame["user"] = session.user
            frame["role"] = session.role.rawValue
            frame["isOperator"] = session.role == .operator
            frame["csrf"] = session.csrf
        }
        return Self.html(self.fragment(template, frame), status)
    }

    /// A template alone, as a live stream sends it.
    func fragment(_ template: String, _ content: [String: Any]) -> String {
        self.library.render(content, withTemplate: template) ?? ""
    }

    private static func html(_ text: String, _ status: HTTPResponse.Status) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension Response {
    /// JSON for scripts and for the pages' own script.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONWriter.encode(value)))
        )
    }

    /// Sends the browser to another page of the console, with a GET.
    static func seeOther(_ path: String) -> Response {
        var headers = HTTPFields()
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }
}

/// Why a page cannot be shown or a form not be taken: one sentence for the person in front of it.
struct PageError: Error, Sendable, CustomStringConvertible {
    /// The status of the answer.
    let status: HTTPResponse.Status
    /// The sentence.
    let description: String

    /// Says why.
    init(_ status: HTTPResponse.Status, _ description: String) {
        self.status = status
        self.description = description
    }
}
