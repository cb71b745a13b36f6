/// What came of a request.
public enum Exchange: Sendable {
    /// An answer, whatever it says.
    case answered(HTTPAnswer)
    /// No whole answer; whether the request was carried out is unknown unless the failure says that it was never sent.
    case unanswered(TransportFailure)
}

/// An answer as it came, its body bounded.
public struct HTTPAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// Whether the content type says JSON.
    public let isJSON: Bool
    /// What the server asked to wait.
    public let retryAfter: RetryAfter?
    /// The body.
    public let body: [UInt8]

    /// Makes an answer by hand, for a test.
    public init(status: Int, isJSON: Bool = true, retryAfter: RetryAfter? = nil, body: [UInt8]) {
        self.status = status
        self.isJSON = isJSON
        self.retryAfter = retryAfter
        self.body = body
    }

    /// Whether a content type is JSON, with or without parameters.
    static func isJSON(contentType: String) -> Bool {
        // What nearly every answer has.
        if contentType.utf8.elementsEqual("application/json".utf8) { return true }
        let type = contentType.prefix { $0 != ";" }.lowercased()
        return type.trimmingSpaces == "application/json" || type.trimmingSpaces.hasSuffix("+json")
    }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
