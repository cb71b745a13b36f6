import HTTPTypes

/// Header names that HTTP itself does not define.
enum HeaderName {
    static let apiKey = name("x-api-key")
    static let environmentID = name("X-Environment-ID")
    static let requestID = name("X-Request-ID")

    /// The headers that the server's middleware puts on every answer.
    static let everyAnswer: HTTPFields = {
        var fields = HTTPFields()
        fields[.accessControlAllowOrigin] = "*"
        fields[.xContentTypeOptions] = "nosniff"
        fields[name("X-Frame-Options")] = "DENY"
        fields[name("Referrer-Policy")] = "strict-origin-when-cross-origin"
        fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        fields[name("Permissions-Policy")] = "camera=(), geolocation=(), microphone=()"
        return fields
    }()

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no header name") }
        return name
    }
}
