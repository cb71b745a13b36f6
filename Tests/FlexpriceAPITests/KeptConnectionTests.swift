import CustomerContract
import Foundation
import Records
import Testing

@testable import FlexpriceAPI

@Suite(.timeLimit(.minutes(1)))
struct KeptConnectionTests {
    private static func answer(_ body: String, _ status: String = "201 Created", more: String = "") -> [UInt8] {
        let head = "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        return Array((head + more + "\r\n" + body).utf8)
    }

    private static func customer(_ id: String) -> String { #"{"id":"cust_1","external_id":"\#(id)","name":"x"}"# }

    private static func settings(_ server: RawServer, proxy: ProxyChoice? = nil) -> FlexpriceSettings {
        var settings = FlexpriceSettings(
            baseURL: "http://127.0.0.1:\(server.port)/v1",
            apiKey: Secret("sk_0123456789"),
            timeout: .seconds(20)
        )
        settings.transport.proxy = proxy
        return settings
    }

    @Test func `a kept connection that the server closes is noticed, and the next request has another`() async throws {
        let server = try RawServer(closes: true) { _ in Self.answer("hi") }
        let client = FlexpriceClient(Self.settings(server))
        var closings = server.closings.makeAsyncIterator()
        for _ in 1...50 {
            guard case .answered(let answer) = await client.health() else {
                Issue.record("no answer")
                break
            }
            #expect(answer.body == Array("hi".utf8))
            await closings.next()
        }
        await client.shutdown()
    }

    @Test(arguments: [
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
            + #"{"code":"validation_error","message":""}"#,
        String(decoding: answer(customer("other")), as: UTF8.self), "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 2",
        "rubbish", "\0",
    ])
    func `what comes on an idle connection is nobody's answer`(stale: String) async throws {
        let server = try RawServer { request in
            Self.answer(Self.customer("a\(request.connection)"))
        }
        let client = FlexpriceClient(Self.settings(server))
        for connection in 0..<3 {
            let exchange = await client.createCustomer(body: Array("{}".utf8), requestID: "r")
            let reading = AnswerReading(exchange, of: .create, externalID: ExternalID("a\(connection)"))
            #expect(reading.row.id == "create.created")
            #expect(server.connectionCount == connection + 1)
            server.push(stale, on: connection)
        }
        await client.shutdown()
    }

    @Test func `a second answer behind the first one ends the connection`() async throws {
        let server = try RawServer { request in
            Self.answer(Self.customer("a")) + (request.connection == 0 ? Self.answer(Self.customer("b")) : [])
        }
        let client = FlexpriceClient(Self.settings(server))
        for _ in 0..<3 {
            let exchange = await client.createCustomer(body: Array("{}".utf8), requestID: "r")
            #expect(AnswerReading(exchange, of: .create, externalID: ExternalID("a")).row.id == "create.created")
        }
        #expect(server.connectionCount == 2)
        await client.shutdown()
    }

    @Test func `an answer about another customer ends the connection, of a create as of a search`() async throws {
        let server = try RawServer { request in
            let isSearch = request.head.contains("/search")
            let id = request.number == 1 ? "other" : "a"
            return Self.answer(
                isSearch ? #"{"items":[\#(Self.customer(id))]}"# : Self.customer(id),
                isSearch ? "200 OK" : "201 Created"
            )
        }
        let client = FlexpriceClient(Self.settings(server))
        let id = ExternalID("a")
        func create() async -> String {
            await withCheckedContinuation { continuation in
                client.createCustomer(body: Array("{}".utf8), requestID: "r") { exchange in
                    let reading = AnswerReading(exchange, of: .create, externalID: id)
                    continuation.resume(returning: reading.row.id)
                    return reading.connectionFate
                }
            }
        }
        #expect(await create() == "create.created")
        #expect(await create() == "create.another_customer")
        #expect(server.connectionCount == 1)
        #expect(await create() == "create.created")
        #expect(server.connectionCount == 2)
        _ = await client.searchCustomer(id, requestID: "r")
        #expect(server.connectionCount == 2)
        _ = await client.searchCustomer(id, requestID: "r")
        #expect(server.connectionCount == 3)
        await client.shutdown()
    }

    @Test func `a connection that has lived long enough is replaced under traffic`() async throws {
        let server = try RawServer { _ in Self.answer("{}") }
        var settings = Self.settings(server)
        settings.transport.connectionLifetime = .seconds(1)
        let client = FlexpriceClient(settings)
        while server.connectionCount < 2 { _ = await client.health() }
        await client.shutdown()
    }

    @Test func `the second address is tried while the first is silent, within the time for connecting`() async throws {
        let server = try RawServer(0x7F00_0003) { _ in Self.answer("{}", "200 OK") }
        let silent = try SilentAddress(0x7F00_0002, port: server.port)
        var settings = TransportSettings(maximumConnections: 4, maximumAnswerBytes: 1_000)
        settings.addresses = "two.test:\(server.port):127.0.0.2,127.0.0.3"
        let transport = HTTPTransport(settings)
        let url = "http://two.test:\(server.port)/health"
        let request = HTTPRequest(method: .get, url: url, headers: [], timeout: .seconds(20))
        let start = ContinuousClock.now
        let exchange = await transport.send(request)
        guard case .answered = exchange else {
            Issue.record("\(exchange)")
            return
        }
        #expect(.now - start < TransportSettings.connectTimeout)
        await transport.shutdown()
        withExtendedLifetime(silent) {}
    }

    @Test(arguments: [
        (301, "proxy_redirect"), (403, "proxy_forbids"), (407, "proxy_login"), (429, "proxy_overload"),
        (502, "proxy_unreachable"), (503, "proxy_overload"), (504, "proxy_unreachable"),
    ])
    func `a proxy's refusal of a tunnel is read`(status: Int, row: String) async throws {
        let proxy = try RawServer(closes: true) { _ in Self.answer("no", "\(status) No") }
        let choice = try ProxyChoice.choose(
            for: "http://api.test/v1",
            environment: ["HTTP_PROXY": "http://127.0.0.1:\(proxy.port)"]
        )
        var settings = Self.settings(proxy, proxy: choice)
        settings.baseURL = "http://api.test/v1"
        let client = FlexpriceClient(settings)
        let exchange = await client.createCustomer(body: [], requestID: "r")
        let reading = AnswerReading(exchange, of: .create, externalID: ExternalID("a"))
        #expect(reading.failure == .refusedByProxy(status))
        #expect(reading.row.id == "create.\(row)")
        #expect(proxy.heads.allSatisfy { $0.hasPrefix("CONNECT api.test:80 ") })
        await client.shutdown()
    }

    @Test func `headers belong to their own status line`() async throws {
        let hints = "HTTP/1.1 103 Early Hints\r\nRetry-After: 1000\r\nContent-Type: text/html\r\n\r\n"
        let server = try RawServer { request in
            Array(hints.utf8) + Self.answer("{}", "503 No", more: request.number == 0 ? "" : "retry-AFTER:  7 \r\n")
        }
        let client = FlexpriceClient(Self.settings(server))
        for expected in [nil, RetryAfter.delay(.seconds(7))] {
            guard case .answered(let answer) = await client.health() else {
                Issue.record("no answer")
                return
            }
            #expect(answer.status == 503)
            #expect(answer.isJSON)
            #expect(answer.retryAfter == expected)
        }
        await client.shutdown()
    }

    @Test func `trailers are no headers, and of several wishes to wait the longest counts`() async throws {
        let server = try RawServer { request in
            guard request.number == 0 else {
                return Self.answer("{}", "503 No", more: "Retry-After: 7\r\nRetry-After: soon\r\nRetry-After: 9\r\n")
            }
            let head = "HTTP/1.1 503 No\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            return Array((head + "2\r\n{}\r\n0\r\nRetry-After: 1000\r\nContent-Type: text/html\r\n\r\n").utf8)
        }
        let client = FlexpriceClient(Self.settings(server))
        for expected in [nil, RetryAfter.delay(.seconds(9))] {
            guard case .answered(let answer) = await client.health() else {
                Issue.record("no answer")
                return
            }
            #expect(answer.isJSON)
            #expect(answer.body == Array("{}".utf8))
            #expect(answer.retryAfter == expected)
        }
        await client.shutdown()
    }

    @Test func `no coding is asked for, and one that comes all the same is decoded`() async throws {
        let zipped: [UInt8] = [
            0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0x02, 0xFF, 0xAB, 0xAE, 0x05, 0, 0x43, 0xBF, 0xA6, 0xA3, 0x02, 0, 0, 0,
        ]
        let server = try RawServer { request in
            let coding = request.number == 0 ? "gzip" : "nonsense"
            let head = "HTTP/1.1 201 Created\r\nContent-Encoding: \(coding)\r\nContent-Length: \(zipped.count)\r\n\r\n"
            return Array(head.utf8) + zipped
        }
        let client = FlexpriceClient(Self.settings(server))
        for expected in ["{}", ""] {
            guard case .answered(let answer) = await client.health() else {
                Issue.record("no answer")
                return
            }
            #expect(answer.status == 201)
            #expect(answer.body == Array(expected.utf8))
        }
        #expect(server.heads.allSatisfy { $0.lowercased().contains("\r\naccept-encoding: identity\r\n") })
        await client.shutdown()
    }

    @Test(arguments: ["\u{15}\u{3}\u{1}\0\u{2}\u{2}\u{28}", "SSH-2.0-OpenSSH_9.2\r\n"])
    func `what speaks no HTTP is told from a connection that breaks`(said: String) async throws {
        let server = try RawServer(closes: true) { _ in Array(said.utf8) }
        let client = FlexpriceClient(Self.settings(server))
        let exchange = await client.createCustomer(body: [], requestID: "r")
        #expect(AnswerReading(exchange, of: .create, externalID: ExternalID("a")).row.id == "create.not_http")
        await client.shutdown()
    }

    @Test func `a known key is masked in whatever an answer says`() async throws {
        let server = try RawServer { _ in Self.answer(#"{"error":"API key sk_0123456789 is not valid"}"#, "401 No") }
        let client = FlexpriceClient(Self.settings(server))
        let exchange = await client.createCustomer(body: [], requestID: "r")
        let reading = AnswerReading(exchange, of: .create, externalID: ExternalID("a"))
        #expect(reading.summary == "status 401 (API key *** is not valid)")
        await client.shutdown()
    }
}
