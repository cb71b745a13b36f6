import Hummingbird
import JSON
import Mustache
import NIOCore
import Operations
import WorkerLogging

/// Renders pages: a template within the frame that all of them share.
struct Pages: Sendable {
    private static let entries: [(href: String, label: String)] = [
        ("/", "Overview"), ("/partitions", "Partitions"), ("/letters", "Letters"), ("/results", "Results"),
        ("/jobs", "Jobs"), ("/ledger", "Ledger"), ("/configuration", "Configuration"), ("/check", "Check"),
    ]

    /// Whether viewers see what customers' commands hold; operators do.
    private let viewersSeeValues: Bool
    private let library: MustacheLibrary
    private let streams = LiveStreams()

    /// - Throws: Mustache's error for a template that cannot be read.
    init(viewersSeeValues: Bool = false) throws {
        self.viewersSeeValues = viewersSeeValues
        self.library = try Files.library()
    }

    func seesValues(_ session: Session?) -> Bool {
        session.map { $0.role == .operator || self.viewersSeeValues } ?? false
    }

    /// A whole page.
    ///
    /// - Parameter live: The path of the stream that keeps it fresh.
    func page(
        _ template: String,
        title: String,
        _ content: Content = [:],
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
        frame["nav"] = Self.entries.map { entry -> Content in
            let isCurrent = entry.href == "/" ? path == "/" : path == entry.href || path.hasPrefix(entry.href + "/")
            return ["href": entry.href, "label": entry.label, "current": isCurrent]
        }
        if let session = context.session {
            frame["user"] = session.user
            frame["role"] = session.role.rawValue
            frame["isOperator"] = session.role == .operator
            frame["csrf"] = session.csrf
        }
        let body = ByteBuffer(string: self.fragment(template, frame))
        let headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    /// Asks whether a form is meant: its fields are sent again, with the session's token and the answer.
    func confirmation(
        _ label: String,
        title: String,
        fields: [(name: String, value: String)],
        _ content: Content,
        _ request: Request,
        _ context: ConsoleContext
    ) -> Response {
        let shown: Content = ["confirm": label, "fields": fields.map { ["name": $0.name, "value": $0.value] }]
        return self.page("confirm", title: title, shown.merging(content), request, context)
    }

    /// A template alone, as a live stream sends it.
    func fragment(_ template: String, _ content: Content) -> String {
        self.library.render(content, withTemplate: template) ?? ""
    }

    /// A stream that keeps parts of a page fresh.
    ///
    /// - Parameters:
    ///   - parts: The templates, by the ids of their elements.
    ///   - content: Of all of them; `nil` for nothing new, an empty one ends the stream.
    func live(
        every interval: Duration,
        _ parts: [String: String],
        _ content: @escaping @Sendable () async -> Content?
    ) throws(PageError) -> Response {
        try self.streams.response(every: interval) {
            guard let content = await content() else { return nil }
            return content.isEmpty ? [:] : parts.mapValues { self.fragment($0, content) }
        }
    }
}

extension Response {
    /// JSON for scripts and for the pages' own script.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        let body = ByteBuffer(bytes: JSONWriter.encode(value))
        return Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }

    /// Sends the browser to another page of the console, with a GET.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }
}

/// Why a page cannot be shown or a form not be taken: one sentence for the person in front of it.
struct PageError: Error, Sendable, CustomStringConvertible {
    let status: HTTPResponse.Status
    let description: String

    init(_ status: HTTPResponse.Status, _ description: String) {
        self.status = status
        self.description = description
    }
}

/// The content type of every template: a text from anywhere becomes harmless HTML.
///
/// Mustache's own escapes whole characters, and a quotation mark with a combining mark behind it is one character that
/// it leaves as it is, though a browser ends an attribute there. Here every scalar is looked at. What would steer the
/// direction of the text, or is not visible at all, is shown as its escape.
struct PageText: MustacheContentType {
    /// The name that templates begin with: `{{% CONTENT_TYPE:PAGE}}`.
    static let name = "PAGE"

    func escapeText(_ text: String) -> String { Self.escaped(text) }

    /// A text as HTML, for an element or for an attribute in quotation marks.
    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Values are shown with their lines.
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where LogEscaping.needsEscape(scalar): result += LogEscaping.escape(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
