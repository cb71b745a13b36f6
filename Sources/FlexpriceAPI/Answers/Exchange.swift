/// What came of a request.
package enum Exchange: Sendable {
    /// An answer, whatever it says.
    case answered(HTTPAnswer)
    /// No whole answer; whether the request was carried out is unknown unless the failure says that it was never sent.
    case unanswered(TransportFailure)
}

/// An answer as it came, its body bounded.
package struct HTTPAnswer: Sendable {
    /// The HTTP status.
    package let status: Int
    /// Whether the content type says JSON.
    package let isJSON: Bool
    /// What the server asked to wait.
    package let retryAfter: RetryAfter?
    /// The body.
    package internal(set) var body: [UInt8]

    /// Makes an answer by hand, for a test.
    package init(status: Int, isJSON: Bool = true, retryAfter: RetryAfter? = nil, body: [UInt8]) {
        self.status = status
        self.isJSON = isJSON
        self.retryAfter = retryAfter
        self.body = body
    }

    /// Whether a content type is JSON, with or without parameters.
    ///
    /// By bytes: it is asked of every answer, and names of media types are ASCII (RFC 9110, section 8.3.1).
    static func isJSON(contentType: String) -> Bool {
        // As Flexprice writes it, with or without its charset.
        if contentType == "application/json; charset=utf-8" || contentType == "application/json" { return true }
        var type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") }[...]
        while type.first?.isBlank ?? false { type.removeFirst() }
        while type.last?.isBlank ?? false { type.removeLast() }
        return type.equalsIgnoringCase("application/json") || type.suffix(5).equalsIgnoringCase("+json")
    }
}

extension Substring.UTF8View.SubSequence {
    fileprivate func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        self.count == lowercase.utf8CodeUnitCount
            && lowercase.withUTF8Buffer { unsafe self.elementsEqual($0) { $0.lowercasedASCII == $1 } }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
    fileprivate var lowercasedASCII: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}

/// What becomes of the connection of an answer.
package enum ConnectionFate: Sendable, Hashable {
    /// The next request may use it, if the server keeps it.
    case kept
    /// It is closed: what came on it was not meant for the request, and more of that kind may follow.
    case closed
}
