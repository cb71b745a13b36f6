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
    /// The task was cancelled.
    case cancelled

    init(_ error: any Error) {
        switch error {
        case is CancellationError:
            self = .cancelled
        case let error as HTTPClientError where error == .cancelled:
            self = .cancelled
        case let error as HTTPClientError
        where error == .connectTimeout || error == .getConnectionFromPoolTimeout || error == .tlsHandshakeTimeout:
            self = .notConnected(error.shortDescription)
        case let error as HTTPClientError:
            self = .interrupted(error.shortDescription)
        case is NIOTooManyBytesError:
            self = .tooLong
        case is NIOConnectionError, is SocketAddressError:
            self = .notConnected("connection refused or name not found")
        case let error as IOError where Self.refusals.contains(error.errnoCode):
            self = .notConnected("connection refused")
        default:
            let text = "\(type(of: error))"
            self = text.contains("SSL") || text.contains("TLS") ? .notTrusted("\(error)") : .interrupted(text)
        }
    }

    /// errno of ECONNREFUSED, EHOSTUNREACH, ENETUNREACH on Linux.
    private static let refusals: Set<CInt> = [111, 113, 101]
}
