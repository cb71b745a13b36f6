import JSON

/// An error answer of the server, in one of the shapes that exist side by side.
///
/// See `middleware.ErrorHandler` of the server for the flat shape; what its other middleware refuses never gets there
/// and has a shape of its own.
struct APIError: Sendable {
    enum Body: Sendable {
        /// `{"code":…,"message":…,"http_status_code":…,"details":{…}}`, details left out when empty.
        case flat(code: String, message: String, details: [(String, String)])
        /// `{"error":…}`, `{"error":…,"message":…}` or `{"message":…}`.
        case middleware([(String, String)])
        /// What `gin.Recovery` answers after a panic.
        case empty
    }

    let status: Int
    let body: Body

    static func validation(_ message: String, details: [(String, String)] = []) -> APIError {
        APIError(status: 400, body: .flat(code: "validation_error", message: message, details: details))
    }

    static func notFound(_ message: String, details: [(String, String)] = []) -> APIError {
        APIError(status: 404, body: .flat(code: "not_found", message: message, details: details))
    }

    static func alreadyExists(_ message: String, details: [(String, String)]) -> APIError {
        APIError(status: 409, body: .flat(code: "already_exists", message: message, details: details))
    }

    static func duplicate(externalID: String) -> APIError {
        .alreadyExists("A customer with this identifier already exists", details: [("external_id", externalID)])
    }

    static func database(_ message: String) -> APIError {
        APIError(status: 500, body: .flat(code: "database_error", message: message, details: []))
    }

    static func refused(_ status: Int, _ members: [(String, String)]) -> APIError {
        APIError(status: status, body: .middleware(members))
    }

    static let invalidFormat = validation("Invalid request format")
    static let unexpected = APIError(
        status: 500,
        body: .flat(code: "internal_error", message: "An unexpected error occurred", details: [])
    )
    static let panic = APIError(status: 500, body: .empty)

    /// The answer; `legacy` wraps a flat error as servers before April 2026 did.
    func answer(legacy: Bool) -> Answer {
        switch body {
        case .empty:
            return Answer(status: status)
        case .middleware(let members):
            return .json(status: status) { writer in
                writer.object { writer in
                    for member in members { writer.member(member.0, member.1) }
                }
            }
        case .flat(let code, let message, let details):
            return .json(status: status) { writer in
                legacy
                    ? Self.writeNested(code: code, message: message, details: details, to: &writer)
                    : Self.writeFlat(code: code, message: message, status: status, details: details, to: &writer)
            }
        }
    }

    private static func writeFlat(
        code: String,
        message: String,
        status: Int,
        details: [(String, String)],
        to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.member("code", code)
            writer.member("message", message)
            writer.member("http_status_code", status)
            writeDetails(details, to: &writer)
        }
    }

    private static func writeNested(
        code: String,
        message: String,
        details: [(String, String)],
        to writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.name("success")
            writer.bool(false)
            writer.name("error")
            writer.object { writer in
                writer.member("message", message)
                writer.member("internal_error", code + ": " + message)
                writeDetails(details, to: &writer)
            }
        }
    }

    /// Go writes a map in the order of its keys.
    private static func writeDetails(_ details: [(String, String)], to writer: inout JSONWriter) {
        guard !details.isEmpty else { return }
        writer.name("details")
        writer.object { writer in
            for detail in details.sorted(by: { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }) {
                writer.member(detail.0, detail.1)
            }
        }
    }
}
