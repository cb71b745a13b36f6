import HTTPTypes

/// One request that the simulator received, kept for tests and for people who debug a client.
package struct SeenRequest: Sendable {
    /// Counts from 1; the administration's own requests are not counted.
    package let number: Int
    package let receivedAt: UnixNanoseconds
    package let method: String
    /// The request target as it was sent: path and query, still percent-encoded.
    package let path: String
    /// The body's bytes as they were sent.
    package let body: [UInt8]
    let fields: HTTPFields

    /// Keeps a request as it arrived.
    init(_ request: IncomingRequest, number: Int, at time: UnixNanoseconds) {
        self.number = number
        self.receivedAt = time
        self.method = request.head.method.rawValue
        self.path = request.head.path ?? ""
        self.body = request.body
        self.fields = request.head.headerFields
    }

    /// The headers in their order, without those that carry a key.
    package var headers: [(name: String, value: String)] {
        fields.filter { !Self.secretNames.contains($0.name) }.map { ($0.name.rawName, $0.value) }
    }

    /// The value of the header `name`, whatever its case; nil if it was absent or carries a key.
    package func header(_ name: String) -> String? {
        guard let name = HTTPField.Name(name), !Self.secretNames.contains(name) else { return nil }
        return fields[name]
    }

    private static let secretNames: Set<HTTPField.Name> = [HeaderName.apiKey, .authorization, .cookie]
}
