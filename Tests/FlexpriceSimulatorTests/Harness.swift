import AsyncHTTPClient
import FlexpriceSimulator
import NIOCore
import NIOHTTP1

/// A running simulator and a client that talks to it over HTTP, as any other client would.
struct Harness: Sendable {
    static let apiKey = "sk_test"

    /// Never follows a redirect: where the server sends a client is what the tests want to see.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    let simulator: FlexpriceSimulator
    let port: Int

    var state: SimulatorState { simulator.state }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: String? = nil,
        headers: [(String, String)] = [],
        key: String? = Harness.apiKey,
        timeout: TimeAmount = .seconds(60)
    ) async throws -> Reply {
        try await send(method, path, bytes: body.map { Array($0.utf8) }, headers: headers, key: key, timeout: timeout)
    }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        bytes: [UInt8]?,
        headers: [(String, String)] = [],
        key: String? = Harness.apiKey,
        timeout: TimeAmount = .seconds(60)
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = method
        for header in headers { request.headers.add(name: header.0, value: header.1) }
        if let key { request.headers.add(name: "x-api-key", value: key) }
        if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        let response = try await Self.client.execute(request, timeout: timeout)
        let collected = try await response.body.collect(upTo: 16 << 20)
        return Reply(
            status: Int(response.status.code),
            headers: response.headers,
            body: String(buffer: collected)
        )
    }

    /// Creates a customer; without a body, one that has an id and a name.
    @discardableResult
    func create(_ externalID: String, headers: [(String, String)] = []) async throws -> Reply {
        try await send(.POST, "/v1/customers", #"{"external_id":"\#(externalID)","name":"Acme"}"#, headers: headers)
    }

    func search(_ body: String) async throws -> Reply { try await send(.POST, "/v1/customers/search", body) }
}

/// An answer as it came.
struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: String

    func header(_ name: String) -> String? { headers.first(name: name) }

    /// The text of a member whose value is a string without escapes; the first one of that name.
    func text(_ member: String) -> String? {
        guard let start = body.firstRange(of: "\"\(member)\":\"")?.upperBound else { return nil }
        return body[start...].firstIndex(of: "\"").map { String(body[start..<$0]) }
    }
}

/// Runs a simulator on a free port for the duration of `operation`.
func withSimulator(
    _ change: (inout SimulatorConfiguration) -> Void = { _ in },
    _ operation: (Harness) async throws -> Void
) async throws {
    var configuration = SimulatorConfiguration(apiKey: Harness.apiKey)
    change(&configuration)
    let simulator = FlexpriceSimulator(configuration)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await simulator.run() }
        defer { group.cancelAll() }
        try await operation(Harness(simulator: simulator, port: simulator.port))
    }
}
