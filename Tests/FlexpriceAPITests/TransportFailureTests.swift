import CCurl
import Testing

@testable import FlexpriceAPI

@Suite struct TransportFailureTests {
    private static func failure(
        _ code: CURLcode,
        wasSent: Bool = false,
        isNew: Bool = true,
        proxyStatus: Int = 0,
        systemError: CInt = 0
    ) -> TransportFailure {
        TransportFailure(
            code,
            text: "said",
            wasSent: wasSent,
            isNewConnection: isNew,
            proxyStatus: proxyStatus,
            systemError: systemError
        )
    }

    @Test func `TLS that cannot be agreed on was never sent; one that breaks off leaves the outcome open`() {
        #expect(Self.failure(CURLE_PEER_FAILED_VERIFICATION) == .notTrusted("said"))
        #expect(Self.failure(CURLE_SSL_CONNECT_ERROR) == .notTrusted("said"))
        #expect(Self.failure(CURLE_SSL_CONNECT_ERROR, wasSent: true) == .interrupted("said"))
        #expect(Self.failure(CURLE_RECV_ERROR, wasSent: true) == .interrupted("said"))
    }

    @Test func `a connection that breaks in the middle of TLS says nothing of trust`() {
        // 104 is ECONNRESET.
        #expect(
            Self.failure(CURLE_SSL_CONNECT_ERROR, systemError: 104) == .notConnected("said: Connection reset by peer")
        )
    }

    @Test(arguments: [CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_OPERATION_TIMEDOUT, CURLE_URL_MALFORMAT])
    func `what never had a connection was never sent`(code: CURLcode) {
        #expect(Self.failure(code) == .notConnected("said"))
    }

    @Test(arguments: [CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_WRITE_ERROR])
    func `whatever happens after the sending leaves the outcome open`(code: CURLcode) {
        #expect(Self.failure(code, wasSent: true) == .interrupted("said"))
    }

    @Test func `what speaks no HTTP on a new connection is no API; on a kept one the outcome is open`() {
        #expect(Self.failure(CURLE_UNSUPPORTED_PROTOCOL, wasSent: true).kind == .notHTTP)
        #expect(Self.failure(CURLE_WEIRD_SERVER_REPLY, wasSent: true).kind == .notHTTP)
        #expect(Self.failure(CURLE_UNSUPPORTED_PROTOCOL, wasSent: true, isNew: false).kind == .interrupted)
    }

    @Test func `a proxy that gave a tunnel is not to blame for what comes later`() {
        #expect(Self.failure(CURLE_RECV_ERROR, proxyStatus: 502) == .refusedByProxy(502))
        #expect(Self.failure(CURLE_SSL_CONNECT_ERROR, proxyStatus: 200) == .notTrusted("said"))
        #expect(Self.failure(CURLE_RECV_ERROR, wasSent: true, proxyStatus: 200) == .interrupted("said"))
    }

    @Test func `a request that would have been sent again leaves the outcome open`() {
        #expect(Self.failure(CURLE_ABORTED_BY_CALLBACK).kind == .interrupted)
    }
}

extension CURLcode: @unchecked @retroactive Sendable {}
