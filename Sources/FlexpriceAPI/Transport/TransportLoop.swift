import CCurl
import DequeModule
import Glibc
import Records

/// The transport's thread: libcurl's multi interface over `epoll`.
///
/// libcurl says which sockets to watch and when to call it next (`CURLMOPT_SOCKETFUNCTION`, `CURLMOPT_TIMERFUNCTION`),
/// so that a round costs what has happened and not what is open. `curl_multi_poll` would be less code, but it looks at
/// every open request in each round: with 7.88.1 and 256 of them a request costs a fifth more of libcurl's time.
///
/// Made and used on that thread alone.
@safe final class TransportLoop {
    private typealias Ended = (completion: HTTPTransport.Completion, exchange: Exchange, transfer: Transfer?)

    private let settings: TransportSettings
    private let inbox: TransportInbox
    private let multi: UnsafeMutableRawPointer?
    private let epoll: CInt
    private let severed = SeveredSocket()
    /// When libcurl wants to be called although nothing happens.
    private var due: ContinuousClock.Instant?
    /// Sockets that `epoll` may still have although libcurl has given them up.
    private var parked: Set<CInt> = []
    private var running: [UInt64: Transfer] = [:]
    private var idle: [Transfer] = []
    private var waiting: Deque<(number: UInt64, request: HTTPRequest, completion: HTTPTransport.Completion)> = []
    private var ended: [Ended] = []
    /// Transfers whose last socket libcurl has given up.
    private var orphaned: [Transfer] = []
    private var stopped: [@Sendable () -> Void] = []

    /// Answers read, and requests begun, in one turn.
    ///
    /// Many at once would go through the process and the API as one lump, with one of the two idle while the other has
    /// it.
    private static let stride = 32

    /// libcurl wants this once in a process, before anything else.
    private static let isLibraryReady = cw_curl_global_init() == CURLE_OK

    init(_ settings: TransportSettings, _ inbox: TransportInbox) {
        self.settings = settings
        self.inbox = inbox
        self.epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        unsafe self.multi = Self.isLibraryReady ? curl_multi_init() : nil
    }

    deinit {
        if self.epoll >= 0 { Glibc.close(self.epoll) }
    }

    /// Runs until it is told to stop; every request has had its completion by then.
    func run() {
        guard let multi = unsafe self.multi, self.watchInbox() else {
            self.inbox.close(.notConnected("the HTTP client cannot start: \(SystemReason.last)"))
            return
        }
        unsafe self.register(multi)
        while self.stopped.isEmpty {
            unsafe self.turn(multi)
        }
        for transfer in self.running.values {
            unsafe curl_multi_remove_handle(multi, transfer.handle)
            if let end = transfer.cancel() { self.ended.append((end.completion, end.exchange, nil)) }
        }
        for wish in self.waiting { self.ended.append((wish.completion, .unanswered(.cancelled), nil)) }
        (self.running, self.waiting, self.idle) = ([:], [], [])
        unsafe self.complete(multi)
        // Closes the kept connections: before the handles and this object go, since it calls back.
        _ = unsafe curl_multi_cleanup(multi)
        self.inbox.close(.cancelled)
        for report in self.stopped { report() }
    }

    private func turn(_ multi: UnsafeMutableRawPointer) {
        let isOver = unsafe self.dispatch(multi, timeout: self.timeout)
        for order in self.inbox.take() { unsafe self.obey(order, multi) }
        if self.canStart {
            // What came on an idle connection meanwhile must not be read as the answer to a request that is about to
            // go.
            if !self.parked.isEmpty { unsafe self.dispatch(multi, timeout: 0) }
            unsafe self.startWaiting(multi)
        }
        // New transfers are begun by the timer, which they have set to now.
        if isOver || self.due.map({ $0 <= .now }) ?? false {
            self.due = nil
            var count: CInt = 0
            unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &count)
        }
        unsafe self.collect(multi)
        unsafe self.complete(multi)
        self.nudgeOrphans()
    }

    private var canStart: Bool { !self.waiting.isEmpty && self.running.count < self.settings.maximumConnections }

    /// Milliseconds until libcurl is due; rounded up, since a round before it would do nothing.
    private var timeout: CInt {
        if self.canStart { return 0 }
        guard let due = self.due else { return -1 }
        return min(max(due - .now, .zero).wholeMilliseconds, 60_000)
    }

    /// Waits, and tells libcurl which sockets are ready; `true` when nothing was within the time.
    @discardableResult
    private func dispatch(_ multi: UnsafeMutableRawPointer, timeout: CInt) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.stride) { events in
            let count = unsafe epoll_wait(self.epoll, events.baseAddress, CInt(events.count), timeout)
            guard count > 0 else { return count == 0 }
            for index in 0..<Int(count) {
                let event = unsafe events[index]
                if unsafe event.data.fd == self.inbox.descriptor { continue }
                if self.parked.remove(unsafe event.data.fd) != nil {
                    // Idle connections have nothing to say: it is closed, or what came belongs to no request.
                    self.severed.sever(unsafe event.data.fd)
                    continue
                }
                var ready: CInt = 0
                let flags = unsafe event.events
                if flags & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { ready |= CURL_CSELECT_IN }
                if flags & EPOLLOUT.rawValue != 0 { ready |= CURL_CSELECT_OUT }
                if flags & EPOLLERR.rawValue != 0 { ready |= CURL_CSELECT_ERR }
                var left: CInt = 0
                unsafe curl_multi_socket_action(multi, event.data.fd, ready, &left)
            }
            return false
        }
    }

    // MARK: Orders

    private func obey(_ order: TransportInbox.Order, _ multi: UnsafeMutableRawPointer) {
        switch order {
        case .send(let number, let request, let completion):
            self.waiting.append((number, request, completion))
        case .cancel(let number):
            if let index = self.waiting.firstIndex(where: { $0.number == number }) {
                self.ended.append((self.waiting.remove(at: index).completion, .unanswered(.cancelled), nil))
            } else if let transfer = self.running.removeValue(forKey: number) {
                unsafe curl_multi_remove_handle(multi, transfer.handle)
                if let end = transfer.cancel() { self.ended.append((end.completion, end.exchange, nil)) }
                self.idle.append(transfer)
            }
        case .stop(let report):
            self.stopped.append(report)
        }
    }

    private func startWaiting(_ multi: UnsafeMutableRawPointer) {
        for _ in 0..<Self.stride where self.running.count < self.settings.maximumConnections {
            guard let wish = self.waiting.popFirst() else { return }
            guard let transfer = self.idle.popLast() ?? Transfer(self.settings) else {
                self.ended.append((wish.completion, .unanswered(.notConnected("out of memory")), nil))
                continue
            }
            transfer.prepare(wish.number, wish.request, then: wish.completion)
            self.running[wish.number] = transfer
            unsafe curl_multi_add_handle(multi, transfer.handle)
        }
    }

    // MARK: Ends

    private func collect(_ multi: UnsafeMutableRawPointer) {
        var left: CInt = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle else {
                continue
            }
            let code = unsafe message.pointee.data.result
            guard let transfer = unsafe Transfer.of(handle) else { continue }
            self.running[transfer.number] = nil
            if let end = transfer.takeOutcome(code) {
                self.ended.append((end.completion, end.exchange, transfer))
            } else {
                unsafe curl_multi_remove_handle(multi, handle)
                self.idle.append(transfer)
            }
        }
    }

    /// Tells of what has ended, all together: so whoever waits for it is woken once.
    private func complete(_ multi: UnsafeMutableRawPointer) {
        guard !self.ended.isEmpty else { return }
        var ended: [Ended] = []
        swap(&ended, &self.ended)
        for end in ended {
            let fate = end.completion(end.exchange)
            guard let transfer = end.transfer else { continue }
            if fate == .closed, let socket = transfer.keptSocket {
                self.parked.remove(socket)
                self.severed.sever(socket)
            }
            // Not earlier: libcurl forgets with it which connection it was.
            unsafe curl_multi_remove_handle(multi, transfer.handle)
            self.idle.append(transfer)
        }
    }

    /// Has libcurl continue transfers that have no socket although they have sent nothing yet.
    ///
    /// When the time of one address is over, libcurl before 8.0 closes its socket, and opens the next address's only
    /// when the transfer is looked at again; with the socket interface nothing makes it do so before the time for
    /// connecting is over as well.
    private func nudgeOrphans() {
        guard !self.orphaned.isEmpty else { return }
        for transfer in self.orphaned where self.running[transfer.number] === transfer && transfer.isStranded {
            unsafe curl_easy_pause(transfer.handle, CURLPAUSE_RECV)
            // «Unpause»: that it has been changed gets a handle looked at soon.
            unsafe curl_easy_pause(transfer.handle, CURLPAUSE_CONT)
        }
        self.orphaned.removeAll(keepingCapacity: true)
    }

    // MARK: What libcurl wants

    private func watchInbox() -> Bool {
        guard self.epoll >= 0, self.inbox.descriptor >= 0 else { return false }
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue
        unsafe event.data.fd = self.inbox.descriptor
        return unsafe epoll_ctl(self.epoll, EPOLL_CTL_ADD, self.inbox.descriptor, &event) == 0
    }

    private func register(_ multi: UnsafeMutableRawPointer) {
        _ = unsafe cw_curl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, self.settings.maximumConnections)
        let address = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe cw_curl_multi_set_functions(
            multi,
            { handle, socket, what, context, mark in
                let transfer = unsafe handle.flatMap { unsafe Transfer.of($0) }
                unsafe TransportLoop.at(context)?.watch(socket, what, isNew: mark == nil, of: transfer)
                return 0
            },
            { _, milliseconds, context in
                unsafe TransportLoop.at(context)?.due = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            },
            address
        )
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> TransportLoop? {
        unsafe context.map { unsafe Unmanaged<TransportLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Watches a socket as libcurl asks.
    ///
    /// It gives a socket up with every answer and wants it again with the next request of its connection. The socket
    /// stays with `epoll` in between, which saves a call: a report about one that is no longer wanted removes it.
    private func watch(_ socket: CInt, _ what: CInt, isNew: Bool, of transfer: Transfer?) {
        guard what != CURL_POLL_REMOVE else {
            self.parked.insert(socket)
            transfer?.socketCount -= 1
            if let transfer, transfer.isStranded { self.orphaned.append(transfer) }
            return
        }
        if isNew { transfer?.socketCount += 1 }
        let mayBeKnown = self.parked.remove(socket) != nil || !isNew
        var event = unsafe epoll_event()
        unsafe event.data.fd = socket
        if what & CURL_POLL_IN != 0 { unsafe event.events |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { unsafe event.events |= EPOLLOUT.rawValue }
        // One that was closed meanwhile has left by itself, and another may have its number.
        let isChanged = unsafe mayBeKnown && epoll_ctl(self.epoll, EPOLL_CTL_MOD, socket, &event) == 0
        if !isChanged {
            _ = unsafe epoll_ctl(self.epoll, EPOLL_CTL_ADD, socket, &event)
        }
        if isNew, let multi = unsafe self.multi {
            // Any mark will do: it tells next time that the socket is known.
            unsafe curl_multi_assign(multi, socket, multi)
        }
    }
}
