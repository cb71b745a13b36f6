import Foundation

/// Sends requests over kept connections, on one thread of its own.
///
/// Any thread may call it. What is not finished at ``shutdown()``, or when the last reference goes, ends as cancelled.
package final class HTTPTransport: Sendable {
    /// Called once, on the transport's thread, and says what becomes of the connection.
    ///
    /// It must be quick, and wait for nothing.
    typealias Completion = @Sendable (Exchange) -> ConnectionFate

    private let inbox = TransportInbox()

    init(_ settings: TransportSettings) {
        let thread = Thread { [inbox] in TransportLoop(settings, inbox).run() }
        thread.name = "http"
        thread.start()
    }

    deinit {
        self.inbox.post(.stop {})
    }

    /// Sends a request; nothing of it is sent a second time, whatever happens to the connection.
    func send(_ request: HTTPRequest, then completion: @escaping Completion) {
        self.inbox.post(.send(self.inbox.nextNumber(), request, completion))
    }

    /// Sends a request and waits for what comes of it; cancellation of the task ends the request.
    ///
    /// - Parameter read: as a ``Completion``, with what is returned.
    func send(
        _ request: HTTPRequest,
        reading read: @escaping @Sendable (Exchange) -> (Exchange, ConnectionFate) = { ($0, .kept) }
    ) async -> Exchange {
        let number = self.inbox.nextNumber()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.inbox.post(
                    .send(number, request) { exchange in
                        let (result, fate) = read(exchange)
                        continuation.resume(returning: result)
                        return fate
                    }
                )
            }
        } onCancel: {
            self.inbox.post(.cancel(number))
        }
    }

    /// Closes every connection; requests under way end as cancelled, and so does any later one.
    func shutdown() async {
        await withCheckedContinuation { continuation in
            self.inbox.post(.stop { continuation.resume() })
        }
    }
}

extension HTTPTransport {
    /// One `GET`, over a connection of its own, of something that is reached without a proxy.
    package static func get(_ url: String, upTo bytes: Int, within timeout: Duration) async -> Exchange {
        let transport = HTTPTransport(TransportSettings(maximumConnections: 1, maximumAnswerBytes: bytes))
        let exchange = await transport.send(HTTPRequest(method: .get, url: url, headers: [], timeout: timeout))
        await transport.shutdown()
        return exchange
    }

    /// Everything but RFC 3986's unreserved characters, escaped.
    package static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        .joined()
    }
}
