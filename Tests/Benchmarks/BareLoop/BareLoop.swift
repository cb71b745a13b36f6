import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// What the HTTP client reaches when nothing but requests is to be done: the yardstick of `api_concurrency.py`.
///
/// `bare-http-loop BASE_URL API_KEY COUNT CONCURRENCY` creates COUNT customers, CONCURRENCY at a time, and prints
/// requests a second.
@main
enum BareLoop {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[3]), let concurrency = Int(arguments[4]), concurrency > 0
        else {
            print("usage: bare-http-loop BASE_URL API_KEY COUNT CONCURRENCY")
            return
        }
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        let client = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton.any(),
            configuration: configuration
        )
        let (url, key) = (arguments[1] + "/customers", arguments[2])
        // Connections are made before the clock starts, as a worker that has run for a while has them.
        try await Self.run(client, url, key, ids: 0..<concurrency, concurrency)
        let start = ContinuousClock.now
        try await Self.run(client, url, key, ids: concurrency..<(concurrency + count), concurrency)
        let took = ContinuousClock.now - start
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
        print(Double(count) / seconds)
        try await client.shutdown()
    }

    private static func run(
        _ client: HTTPClient,
        _ url: String,
        _ key: String,
        ids: Range<Int>,
        _ concurrency: Int
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var next = ids.lowerBound
            for _ in 0..<min(concurrency, ids.count) {
                let id = next
                group.addTask { try await Self.create(client, url, key, id) }
                next += 1
            }
            while try await group.next() != nil {
                guard next < ids.upperBound else { continue }
                let id = next
                group.addTask { try await Self.create(client, url, key, id) }
                next += 1
            }
        }
    }

    private static func create(_ client: HTTPClient, _ url: String, _ key: String, _ id: Int) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "x-api-key", value: key)
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"external_id":"bare_\#(id)","name":"Customer \#(id)"}"#))
        let response = try await client.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1_048_576)
        guard response.status == .created else { throw Refused(status: response.status) }
    }

    private struct Refused: Error {
        let status: HTTPResponseStatus
    }
}
