import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import Console

@Suite struct LiveStreamTests {
    /// Looks that a page's stream would have, one after the other.
    private static func stream(_ looks: [[String: String]?]) async throws -> String {
        let streams = LiveStreams()
        let rest = Mutex(looks[...])
        let router = Router(context: ConsoleContext.self)
        router.get("/live/test") { _, _ in
            try streams.response(every: .zero) { rest.withLock { $0.popFirst() ?? [:] } }
        }
        return try await Application(router: router).test(.router) { client in
            try await client.execute(uri: "/live/test", method: .get) { response in
                #expect(response.headers[.contentType] == "text/event-stream")
                return String(buffer: response.body)
            }
        }
    }

    @Test func sendsWhatHasChangedAndNothingElse() async throws {
        let text = try await Self.stream([
            ["a": "1", "b": "1"], ["a": "1", "b": "2"], nil, ["a": "1", "b": "2"], [:],
        ])
        #expect(
            text == """
                : open

                event: fragment
                data: {"a":"1","b":"1"}

                event: fragment
                data: {"b":"2"}

                event: end
                data: {}


                """
        )
    }

    @Test func aLineBreakEndsNoEvent() async throws {
        let text = try await Self.stream([["a": "x\n\nevent: gone\ndata: y"], [:]])
        #expect(text.contains(#"data: {"a":"x\n\nevent: gone\ndata: y"}"#))
        #expect(!text.contains("\nevent: gone"))
    }

    @Test func streamsAreBoundedAndAPlaceComesBack() throws {
        let streams = LiveStreams()
        var open = try (0..<LiveStreams.limit).map { _ in try streams.response(every: .seconds(1)) { nil } }
        #expect(throws: PageError.self) { try streams.response(every: .seconds(1)) { nil } }
        open.removeLast()
        #expect(throws: Never.self) { try streams.response(every: .seconds(1)) { nil } }
        #expect(open.count == LiveStreams.limit - 1)
    }
}
