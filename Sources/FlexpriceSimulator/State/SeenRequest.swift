import HTTPTypes
import JSON

/// One request that the simulator received, kept for tests and for people who debug a client.
package struct SeenRequest: Sendable {
    /// Counts from 1; the requests of the simulator's own routes are not counted.
    package let number: Int
    package let body: [UInt8]
    let receivedAt: UnixNanoseconds
    private let head: HTTPRequest

    init(_ request: IncomingRequest, number: Int, at time: UnixNanoseconds) {
        self.number = number
        self.receivedAt = time
        self.head = request.head
        self.body = request.body
    }

    package var method: String { self.head.method.rawValue }

    /// The request target as it was sent: path and query, still percent-encoded.
    package var path: String { self.head.path ?? "" }

    /// The value of the header `name`, whatever its case; nil if it was absent or carries a key.
    package func header(_ name: String) -> String? {
        guard let name = HTTPField.Name(name), !Self.secretNames.contains(name) else { return nil }
        return self.head.headerFields[name]
    }

    /// The request as `GET /_simulator/requests` shows it: without the headers that carry a key.
    var json: JSONValue {
        let headers = self.head.headerFields.filter { !Self.secretNames.contains($0.name) }
        return .members([
            "number": .integer(self.number),
            "received_at": .string(self.receivedAt.rfc3339),
            "method": .string(self.method),
            "path": .string(self.path),
            "headers": .array(headers.map { .array([.string($0.name.rawName), .string($0.value)]) }),
            "body": .string(String(decoding: self.body, as: UTF8.self)),
        ])
    }

    private static let secretNames: Set<HTTPField.Name> = [.apiKey, .authorization, .cookie]
}

/// What the simulator counted since it started or was cleared.
package struct SimulatorStatistics: Sendable {
    /// Requests received, those of the simulator's own routes left out.
    package internal(set) var requests = 0
    package internal(set) var requestsByRoute: [String: Int] = [:]
    /// Answers by HTTP status; 0 counts connections that were closed without an answer.
    package internal(set) var answersByStatus: [Int: Int] = [:]
    package internal(set) var faults: [String: Int] = [:]
    package internal(set) var inFlight = 0
    package internal(set) var peakInFlight = 0
    /// Customers that clients created, stubs left out.
    package internal(set) var customersCreated = 0
    /// Creates that met a published customer of their external_id.
    package internal(set) var duplicates = 0

    /// The counts as `GET /_simulator/stats` shows them.
    var json: JSONValue {
        .members([
            "answers_by_status": Self.json(self.answersByStatus),
            "customers_created": .integer(self.customersCreated),
            "duplicates": .integer(self.duplicates),
            "faults": Self.json(self.faults),
            "in_flight": .integer(self.inFlight),
            "peak_in_flight": .integer(self.peakInFlight),
            "requests": .integer(self.requests),
            "requests_by_route": Self.json(self.requestsByRoute),
        ])
    }

    private static func json(_ counts: [some CustomStringConvertible: Int]) -> JSONValue {
        .sorted(counts.map { .init(name: $0.key.description, value: .integer($0.value)) })
    }
}
