import Testing

@testable import FlexpriceAPI

@Suite struct KeptConnectionTests {
    @Test(.timeLimit(.minutes(1)))
    func `a kept connection that the server closes is noticed, and the next request has another`() async throws {
        let server = try ClosingServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        let transport = HTTPTransport(TransportSettings(maximumConnections: 4, maximumAnswerBytes: 1_000))
        let url = "http://127.0.0.1:\(server.port)/health"
        var closings = server.closings.makeAsyncIterator()
        for _ in 1...50 {
            let request = HTTPRequest(method: .get, url: url, headers: [], timeout: .seconds(10))
            let exchange = await transport.send(request)
            guard case .answered(let answer) = exchange else {
                Issue.record("\(exchange)")
                break
            }
            #expect(answer.body == Array("hi".utf8))
            await closings.next()
        }
        await transport.shutdown()
    }
}
