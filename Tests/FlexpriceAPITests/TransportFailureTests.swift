import CCurl
import Testing

@testable import FlexpriceAPI

@Suite struct TransportFailureTests {
    private static func failure(_ code: CURLcode, wasSent: Bool = false, systemError: CInt = 0) -> TransportFailure {
        TransportFailure(code, text: "said", wasSent: wasSent, systemError: systemError)
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

    @Test func `a request that would have been sent again leaves the outcome open`() {
        #expect(Self.failure(CURLE_ABORTED_BY_CALLBACK).kind == .interrupted)
    }
}

extension CURLcode: @unchecked @retroactive Sendable {}
