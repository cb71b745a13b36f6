import Hummingbird
import JSON
import NIOCore

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
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                defer { withExtendedLifetime(place) {} }
                try await Self.run(&writer, interval, next)
                try await writer.finish(nil)
            }
        )
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
                    let data = String(decoding: JSONWriter.encode(.object(JSONObject(members))), as: UTF8.self)
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
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Task.sleep(for: Self.writeTimeout)
                throw PageError(.requestTimeout, "the client takes nothing")
            }
            group.addTask { try await alarm.write(buffer) }
            defer { group.cancelAll() }
            try await group.next()
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
