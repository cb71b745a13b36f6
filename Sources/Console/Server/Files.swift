import Hummingbird
import Mustache
import NIOCore
import Records

/// The files that are part of the program: what pages are made with, and what browsers load.
enum Files {
    /// Templates by the names under which others include them.
    private static let templates: [(name: String, bytes: [UInt8])] = [
        ("audit", PackageResources.audit_mustache), ("check", PackageResources.check_mustache),
        ("check_report", PackageResources.check_report_mustache),
        ("configuration", PackageResources.configuration_mustache), ("confirm", PackageResources.confirm_mustache),
        ("error", PackageResources.error_mustache), ("group", PackageResources.group_mustache),
        ("job", PackageResources.job_mustache), ("job_state", PackageResources.job_state_mustache),
        ("jobs", PackageResources.jobs_mustache), ("jobs_history", PackageResources.jobs_history_mustache),
        ("jobs_now", PackageResources.jobs_now_mustache), ("lanes", PackageResources.lanes_mustache),
        ("letter", PackageResources.letter_mustache), ("letter_groups", PackageResources.letter_groups_mustache),
        ("letter_list", PackageResources.letter_list_mustache),
        ("letter_notices", PackageResources.letter_notices_mustache),
        ("letter_states", PackageResources.letter_states_mustache),
        ("letter_summary", PackageResources.letter_summary_mustache), ("letters", PackageResources.letters_mustache),
        ("ledger", PackageResources.ledger_mustache), ("ledger_figures", PackageResources.ledger_figures_mustache),
        ("login", PackageResources.login_mustache), ("overview", PackageResources.overview_mustache),
        ("page", PackageResources.page_mustache), ("partition_rows", PackageResources.partition_rows_mustache),
        ("partitions", PackageResources.partitions_mustache), ("pauses", PackageResources.pauses_mustache),
        ("result_rows", PackageResources.result_rows_mustache), ("results", PackageResources.results_mustache),
        ("search", PackageResources.search_mustache), ("story", PackageResources.story_mustache),
        ("timeline", PackageResources.timeline_mustache), ("workers", PackageResources.workers_mustache),
    ]

    /// What a browser loads, by its name below `/assets/`.
    private static let assets: [(name: String, type: String, bytes: [UInt8])] = [
        ("charts.js", "text/javascript; charset=utf-8", PackageResources.charts_js),
        ("console.css", "text/css; charset=utf-8", PackageResources.console_css),
        ("console.js", "text/javascript; charset=utf-8", PackageResources.console_js),
        ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
    ]

    /// Every template.
    ///
    /// - Throws: Mustache's error for one that cannot be read, which a test finds before anybody else does.
    static func library() throws -> MustacheLibrary {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        let templates = try Self.templateTexts.map { ($0.name, try MustacheTemplate(string: $0.text)) }
        return MustacheLibrary(templates: Dictionary(uniqueKeysWithValues: templates))
    }

    /// The texts of the templates.
    static var templateTexts: [(name: String, text: String)] {
        Self.templates.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }
    }

    /// Serves the assets; a browser asks each time, and gets the bytes again only when they have changed.
    static func addRoutes(to router: Router<ConsoleContext>) {
        for (name, type, bytes) in Self.assets {
            let digest = SHA256.digest(of: bytes).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            let tag = "\"\(digest.joined())\""
            let body = ByteBuffer(bytes: bytes)
            router.get("/assets/\(name)") { request, _ in
                let headers: HTTPFields = [.contentType: type, .eTag: tag, .cacheControl: "no-cache"]
                if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
                return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
            }
        }
    }
}
