import CCurl
import Records

/// Why there was no whole answer.
package enum TransportFailure: Error, Sendable, Hashable {
    /// Nothing listens there, or the name does not resolve: the request was never sent.
    case notConnected(String)
    /// TLS could not be agreed on: the request was never sent.
    case notTrusted(String)
    /// The proxy answered the wish for a tunnel with this status: the request was never sent.
    case refusedByProxy(Int)
    /// What answers speaks no HTTP: most likely TLS, to which the request was sent in plain text.
    case notHTTP(String)
    /// The timeout passed, or the connection broke, after the request may have been sent: it may have been carried
    /// out.
    case interrupted(String)
    /// The answer was longer than any of Flexprice's.
    case tooLong
    /// The task was cancelled, or the client was shut down.
    case cancelled

    /// Which of them it is, without its text.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case notConnected = "not_connected"
        case notTrusted = "not_trusted"
        case refusedByProxy = "refused_by_proxy"
        case notHTTP = "not_http"
        case interrupted
        case tooLong = "answer_too_long"
        case cancelled
    }

    /// Which of them it is.
    package var kind: Kind {
        switch self {
        case .notConnected: .notConnected
        case .notTrusted: .notTrusted
        case .refusedByProxy: .refusedByProxy
        case .notHTTP: .notHTTP
        case .interrupted: .interrupted
        case .tooLong: .tooLong
        case .cancelled: .cancelled
        }
    }

    /// What is known of it beside its kind.
    package var text: String {
        switch self {
        case .notConnected(let text), .notTrusted(let text), .notHTTP(let text), .interrupted(let text): text
        case .refusedByProxy(let status): "the proxy answered CONNECT with status \(status)"
        case .tooLong: "the answer is longer than any of Flexprice's"
        case .cancelled: "the request was cancelled"
        }
    }

    /// Reads what libcurl says of a transfer.
    ///
    /// - Parameters:
    ///   - wasSent: whether a connection, with TLS if any, was open, and the request was sent or about to be sent.
    ///   - isNewConnection: whether a connection was made for it, and no kept one used.
    ///   - proxyStatus: the status of the proxy's answer to `CONNECT`, or 0.
    ///   - systemError: errno of the last failed connection, or 0.
    init(
        _ code: CURLcode,
        text: String,
        wasSent: Bool,
        isNewConnection: Bool,
        proxyStatus: Int,
        systemError: CInt
    ) {
        switch code {
        case _ where !wasSent && proxyStatus != 0 && !(200...299).contains(proxyStatus):
            self = .refusedByProxy(proxyStatus)
        case CURLE_UNSUPPORTED_PROTOCOL where wasSent && isNewConnection,
            CURLE_WEIRD_SERVER_REPLY where wasSent && isNewConnection:
            // A kept connection has spoken HTTP before: there it is rubbish behind an earlier answer.
            self = .notHTTP("the answer is not HTTP")
        case CURLE_ABORTED_BY_CALLBACK:
            self = .interrupted("a kept connection broke before an answer")
        case _ where wasSent:
            self = .interrupted(text)
        case CURLE_SSL_CONNECT_ERROR where systemError != 0:
            self = .notConnected("\(text): \(SystemReason.text(of: systemError))")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CIPHER:
            self = .notTrusted(text)
        default:
            self = .notConnected(systemError == 0 ? text : "\(text): \(SystemReason.text(of: systemError))")
        }
    }
}
