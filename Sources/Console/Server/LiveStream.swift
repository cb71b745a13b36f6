import Hummingbird
import JSON
import NIOCore
import Operations
import Synchronization

/// A bounded number of places: for streams, exports and searches, each of which holds a connection or a reader.
final class Places: Sendable {
    let most: Int
    private let taken = Mutex(0)

    init(_ most: Int) {
        self.most = most
    }

    /// Takes a place, which comes back when nothing refers to it any more, however its holder ends; `nil` when all are
    /// taken.
    func take() -> Place? {
        let isFree = self.taken.withLock { taken in
            guard taken < self.most else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(self) : nil
    }

    /// Waits for a place; `nil` when none comes until a moment.
    func take(until end: ContinuousClock.Instant) async -> Place? {
        while true {
            if let place = self.take() { return place }
            guard ContinuousClock.now < end, !Task.isCancelled else { return nil }
            // By looking again, since a place comes back from a `deinit`, which can wait for nothing: a tenth of a
            // second is short beside what holds a place, and ten looks a second cost nothing.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    final class Place: Sendable {
        private let places: Places

        fileprivate init(_ places: Places) {
            self.places = places
        }

        deinit { self.places.taken.withLock { $0 -= 1 } }
    }
}

/// The open streams of Server-Sent Events, of which there are a bounded number.
///
/// A stream pulls: it renders what is true when its client can take it, so a slow client gets less and costs no memory.
/// One that takes nothing for ``writeTimeout`` is dropped.
final class LiveStreams: Sendable {
    static let limit = 200
    /// The time that a client has to take one event.
    static let writeTimeout: Duration = .seconds(20)
    /// A comment keeps proxies from closing a quiet stream, and shows that the client has gone.
    static let heartbeat: Duration = .seconds(10)
    /// Then the browser connects again, and so shows who it is: a session that has ended has no stream for longer.
    static let longestTime: Duration = .seconds(120)

    private let places = Places(LiveStreams.limit)

    /// Answers with a stream.
    ///
    /// - Parameters:
    ///   - interval: Between two looks for news.
    ///   - next: What is new since the last call: HTML by the id of its element; `nil` for nothing, an empty
    ///     dictionary ends the stream.
    func response(
        every interval: Duration,
        _ next: @escaping @Sendable () async -> [String: String]?
    ) throws(PageError) -> Response {
        guard let place = self.places.take() else {
            throw PageError(.serviceUnavailable, "\(Self.limit) live pages are open; close some of them")
        }
        let body = ResponseBody { writer in
            defer { withExtendedLifetime(place) {} }
            try await Self.run(&writer, interval, next)
            try await writer.finish(nil)
        }
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func run(
        _ writer: inout any ResponseBodyWriter,
        _ interval: Duration,
        _ next: @Sendable () async -> [String: String]?
    ) async throws {
        let end = ContinuousClock.now + Self.longestTime
        var lastWritten = ContinuousClock.now
        var sent: [String: String] = [:]
        try await Self.write(": open\n\n", &writer)
        while ContinuousClock.now < end, !Task.isCancelled {
            if let fragments = await next() {
                if fragments.isEmpty {
                    try await Self.write("event: end\ndata: {}\n\n", &writer)
                    return
                }
                let changed = fragments.filter { sent[$0.key] != $0.value }.sorted { $0.key < $1.key }
                if !changed.isEmpty {
                    let members = changed.map { JSONObject.Member(name: $0.key, value: .string($0.value)) }
                    // JSON has no line breaks, so it is one line of data.
                    let data = JSONValue.object(JSONObject(members)).compact
                    try await Self.write("event: fragment\ndata: \(data)\n\n", &writer)
                    sent.merge(changed.map { ($0.key, $0.value) }) { $1 }
                    lastWritten = .now
                }
            }
            if lastWritten + Self.heartbeat < .now {
                try await Self.write(": \n\n", &writer)
                lastWritten = .now
            }
            try await Task.sleep(for: interval)
        }
        try await Self.write("event: again\ndata: {}\n\n", &writer)
    }

    private static func write(_ text: String, _ writer: inout any ResponseBodyWriter) async throws {
        try await self.write(ByteBuffer(string: text), &writer)
    }

    /// Writes a part of a long answer, or gives up on a client that does not take it in time.
    static func write(_ buffer: ByteBuffer, _ writer: inout any ResponseBodyWriter) async throws {
        // A cancelled write ends with an error, and the connection with it.
        let alarm = WriteAlarm(writer)
        try await finish(within: Self.writeTimeout, orThrow: PageError(.requestTimeout, "the client takes nothing")) {
            try await alarm.write(buffer)
        }
    }

    /// Response body writers are values that may be used from one task at a time, which is what happens here.
    private struct WriteAlarm: @unchecked Sendable {
        private let writer: any ResponseBodyWriter
        init(_ writer: any ResponseBodyWriter) { self.writer = writer }

        func write(_ buffer: ByteBuffer) async throws {
            var writer = self.writer
            try await writer.write(buffer)
        }
    }
}

/// Does something, or gives up on it after a time, and cancels it.
func finish<Value: Sendable>(
    within limit: Duration,
    orThrow failure: any Error,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw failure
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw failure }
        return value
    }
}
