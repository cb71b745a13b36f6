import CCurl
import Glibc
import Synchronization

/// Brings orders to the transport's thread, and wakes it out of `epoll_wait`: once for all orders that it has not taken
/// yet.
final class TransportInbox: Sendable {
    enum Order: Sendable {
        case send(UInt64, HTTPRequest, HTTPTransport.Completion)
        case cancel(UInt64)
        case stop(@Sendable () -> Void)
    }

    private struct State {
        var orders: [Order] = []
        var isRung = false
        var isClosed = false
        var lastNumber: UInt64 = 0
    }

    /// Readable while orders wait; -1 when the process has no descriptor left for it.
    let descriptor: CInt
    private let state = Mutex(State())

    init() {
        self.descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    deinit {
        if self.descriptor >= 0 { Glibc.close(self.descriptor) }
    }

    /// A number that no other request has.
    func nextNumber() -> UInt64 {
        self.state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    /// Leaves an order; when the thread has ended it is answered at once.
    func post(_ order: Order) {
        let (isClosed, mustRing) = self.state.withLock { state in
            guard !state.isClosed else { return (true, false) }
            state.orders.append(order)
            defer { state.isRung = true }
            return (false, !state.isRung)
        }
        if isClosed { return Self.refuse(order, .cancelled) }
        if mustRing { eventfd_write(self.descriptor, 1) }
    }

    /// Takes what is there; the thread's.
    func take() -> [Order] {
        self.state.withLock { state in
            guard state.isRung else { return [] }
            state.isRung = false
            var value: eventfd_t = 0
            _ = unsafe eventfd_read(self.descriptor, &value)
            var orders: [Order] = []
            swap(&orders, &state.orders)
            return orders
        }
    }

    /// Answers what is left with `failure`, and any later order at once.
    func close(_ failure: TransportFailure) {
        let orders = self.state.withLock { state in
            state.isClosed = true
            defer { state.orders = [] }
            return state.orders
        }
        for order in orders { Self.refuse(order, failure) }
    }

    private static func refuse(_ order: Order, _ failure: TransportFailure) {
        switch order {
        case .send(_, _, let completion): _ = completion(.unanswered(failure))
        case .cancel: break
        case .stop(let stopped): stopped()
        }
    }
}
