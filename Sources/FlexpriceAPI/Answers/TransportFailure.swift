import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Why there was no whole answer.
public enum TransportFailure: Error, Sendable, Hashable {
    /// Nobody listens there, or the name does not resolve: the request was never sent.
    case notConnected(String)
    /// TLS could not be agreed on: the request was never sent.
    case notTrusted(String)
    /// The time-out passed, or the connection broke, after the request may have been sent: it may have been carried out.
    case interrupted(String)
    /// The answer was longer than any of Flexprice's.
    case tooLong
    /// The task was cancelled, or the client was shut down.
    case cancelled

    /// Which of them it is, without its text.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case notConnected = "not_connected"
        case notTrusted = "not_trusted"
        case interrupted
        case tooLong = "answer_too_long"
        case cancelled
    }

    /// Which of them it is.
    public var kind: Kind {
        switch self {
        case .notConnected: .notConnected
        case .notTrusted: .notTrusted
        case .interrupted: .interrupted
        case .tooLong: .tooLong
        case .cancelled: .cancelled
        }
    }

    /// What is known of it beside its kind.
    public var text: String {
        switch self {
        case .notConnected(let text), .notTrusted(let text), .interrupted(let text): text
        case .tooLong: "the answer is longer than any of Flexprice's"
        case .cancelled: "the request was cancelled"
        }
    }

    init(_ error: any Error) {
        switch error {
        case is CancellationError:
            self = .cancelled
        case let error as HTTPClientError where error == .cancelled || error == .alreadyShutdown:
            self = .cancelled
        case let error as HTTPClientError
        where error == .connectTimeout || error == .getConnectionFromPoolTimeout || error == .tlsHandshakeTimeout
            || error == .proxyAuthenticationRequired || error == .invalidProxyResponse
            || error == .httpProxyHandshakeTimeout || error == .socksHandshakeTimeout:
            self = .notConnected(error.shortDescription)
        case let error as HTTPClientError:
            self = .interrupted(error.shortDescription)
        case is ResponseAccumulator.ResponseTooBigError:
            self = .tooLong
        case is NIOConnectionError, is SocketAddressError:
            self = .notConnected("connection refused or name not found")
        case let error as IOError where Self.refusals.contains(error.errnoCode):
            self = .notConnected("connection refused")
        default:
            self = Self.isRefusalOfTrust(error) ? .notTrusted("\(error)") : .interrupted("\(type(of: error))")
        }
    }

    /// Whether TLS failed before anything was sent.
    ///
    /// The types are swift-nio-ssl's, told by their names so that this module need not depend on it. Its other errors, such as
    /// a connection that ends without TLS's own goodbye, come in the middle of an exchange and leave the outcome open.
    private static func isRefusalOfTrust(_ error: any Error) -> Bool {
        switch "\(type(of: error))" {
        case "NIOSSLError": "\(error)".hasPrefix("handshakeFailed")
        case "NIOSSLExtraError": true
        default: false
        }
    }

    /// errno of ECONNREFUSED, EHOSTUNREACH, ENETUNREACH on Linux.
    private static let refusals: Set<CInt> = [111, 113, 101]
}
