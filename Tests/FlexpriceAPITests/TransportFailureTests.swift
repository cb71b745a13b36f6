import Testing

@testable import FlexpriceAPI

@Suite struct TransportFailureTests {
    /// Named as swift-nio-ssl's, which this module tells by their names.
    enum NIOSSLError: Error {
        case handshakeFailed(String)
        case uncleanShutdown
        case readInInvalidTLSState
    }

    struct NIOSSLExtraError: Error {}

    struct Other: Error {}

    @Test func `TLS that cannot be agreed on was never sent; one that breaks off leaves the outcome open`() {
        let refused = TransportFailure(NIOSSLError.handshakeFailed("CERTIFICATE_VERIFY_FAILED"))
        #expect(refused == .notTrusted(#"handshakeFailed("CERTIFICATE_VERIFY_FAILED")"#))
        #expect(TransportFailure(NIOSSLExtraError()) == .notTrusted("NIOSSLExtraError()"))
        #expect(TransportFailure(NIOSSLError.uncleanShutdown) == .interrupted("NIOSSLError"))
        #expect(TransportFailure(NIOSSLError.readInInvalidTLSState) == .interrupted("NIOSSLError"))
    }

    @Test func `an error that nobody knows leaves the outcome open, and cancellation is itself`() {
        #expect(TransportFailure(Other()) == .interrupted("Other"))
        #expect(TransportFailure(CancellationError()) == .cancelled)
    }
}
