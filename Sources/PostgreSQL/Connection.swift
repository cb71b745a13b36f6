import Blocking
import CLibpq
import Glibc

/// One connection to a server, made when it is first needed, and again after any trouble.
///
/// 1. Statements run one after the other, on a thread of the connection's own: waiting blocks no other thread.
/// 2. Every statement has a deadline. A server that takes the connection and never answers is given up when it has
///    passed, and so is the connection.
/// 3. After any error the connection is closed: what it is in the middle of is unknown, and a new one costs
///    milliseconds. What became of a statement whose connection was lost is unknown too; statements must be such that
///    they can run again.
/// 4. A server that could not be reached is left alone for a while (``Backoff``); meanwhile every statement fails at
///    once.
package actor Connection {
    private let executor: BlockingExecutor
    private let address: ServerAddress
    private let preamble: String
    private let patience: Duration
    private var handle: ConnectionHandle?
    private var prepared: Set<String> = []
    private var backoff = Backoff()
    private var lastFailure: PostgresError?

    /// The connection's own thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.executor.asUnownedSerialExecutor()
    }

    /// Nothing connects yet.
    ///
    /// - Parameters:
    ///   - preamble: statements that every new connection begins with.
    ///   - patience: how long a statement may take.
    package init(_ address: ServerAddress, preamble: String, patience: Duration) {
        self.executor = BlockingExecutor(label: "postgresql.connection")
        self.address = address
        self.preamble = preamble
        self.patience = patience
    }

    /// Runs a statement and reads its rows.
    ///
    /// - Parameters:
    ///   - limit: how long it may take, if not as long as any.
    ///   - read: gets each row, on the connection's thread.
    package func query<R: Sendable>(
        _ statement: Statement,
        _ values: [SQLValue],
        within limit: Duration? = nil,
        _ read: @Sendable (borrowing Row) throws(PostgresError) -> R
    ) throws(PostgresError) -> [R] {
        let deadline = ContinuousClock.now + (limit ?? self.patience)
        try self.connect()
        do throws(PostgresError) {
            try self.prepare(statement, until: deadline)
            let result = try self.send(statement.name, values, until: deadline)
            var rows: [R] = []
            rows.reserveCapacity(result.rowCount)
            for index in 0..<result.rowCount {
                rows.append(try read(unsafe Row(result.pointer, index)))
            }
            return rows
        } catch {
            // Not after a row that could not be understood: the connection has done its work.
            if error.kind != .answer { self.close() }
            throw error
        }
    }

    /// Runs statements without values, all of them in one transaction.
    package func script(_ sql: String, within limit: Duration? = nil) throws(PostgresError) {
        let deadline = ContinuousClock.now + (limit ?? self.patience)
        try self.connect()
        do throws(PostgresError) {
            try self.run(sql, until: deadline)
        } catch {
            self.close()
            throw error
        }
    }

    /// Gives the connection back; the next statement makes a new one.
    package func close() {
        self.handle = nil
        self.prepared = []
    }

    private func connect() throws(PostgresError) {
        guard self.handle == nil else { return }
        if let failure = self.lastFailure, !self.backoff.allows(at: .now) { throw failure }
        do throws(PostgresError) {
            self.handle = try ConnectionHandle(self.address)
            try self.run(self.preamble, until: .now + self.patience)
            self.backoff.succeeded()
            self.lastFailure = nil
        } catch {
            self.close()
            self.lastFailure = error
            self.backoff.failed(at: .now)
            throw error
        }
    }

    private func prepare(_ statement: Statement, until deadline: ContinuousClock.Instant) throws(PostgresError) {
        guard !self.prepared.contains(statement.name) else { return }
        let pointer = unsafe try self.pointer()
        guard unsafe PQsendPrepare(pointer, statement.name, statement.sql, 0, nil) == 1 else {
            throw unsafe PostgresError(.statement, on: pointer)
        }
        _ = try self.finish(until: deadline)
        self.prepared.insert(statement.name)
    }

    private func run(_ sql: String, until deadline: ContinuousClock.Instant) throws(PostgresError) {
        let pointer = unsafe try self.pointer()
        guard unsafe PQsendQuery(pointer, sql) == 1 else { throw unsafe PostgresError(.statement, on: pointer) }
        _ = try self.finish(until: deadline)
    }

    private func send(
        _ name: String,
        _ values: [SQLValue],
        until deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> ResultHandle {
        let pointer = unsafe try self.pointer()
        // One more byte, so that there is an address even where all values are empty: a null pointer would mean NULL.
        let bytes = values.flatMap(\.bytes) + [0]
        let lengths = values.map { Int32($0.bytes.count) }
        let isSent = unsafe bytes.withUnsafeBytes { bytes in
            var offset = 0
            // libpq copies what they point to.
            let pointers: [UnsafePointer<CChar>?] = unsafe values.map { value in
                defer { offset += value.bytes.count }
                return unsafe bytes.baseAddress.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) }
            }
            let binary = [Int32](repeating: 1, count: values.count)
            return unsafe PQsendQueryPrepared(pointer, name, Int32(values.count), pointers, lengths, binary, 1)
        }
        guard isSent == 1 else { throw unsafe PostgresError(.statement, on: pointer) }
        return try self.finish(until: deadline)
    }

    /// Sends what is unsent and reads to the end of the answer; of several results the last one.
    private func finish(until deadline: ContinuousClock.Instant) throws(PostgresError) -> ResultHandle {
        let pointer = unsafe try self.pointer()
        while true {
            let unsent = unsafe PQflush(pointer)
            guard unsent >= 0 else { throw unsafe PostgresError(.statement, on: pointer) }
            if unsent == 0 { break }
            // libpq's manual, 34.4: wait for either, and read if it can be read, since the server may wait for that.
            let ready = try self.wait(Int16(POLLIN | POLLOUT), until: deadline)
            if ready & Int16(POLLIN) != 0, unsafe PQconsumeInput(pointer) != 1 {
                throw unsafe PostgresError(.statement, on: pointer)
            }
        }
        var failure: PostgresError?
        var last: OpaquePointer?
        defer { unsafe PQclear(last) }
        while true {
            while unsafe PQisBusy(pointer) == 1 {
                _ = try self.wait(Int16(POLLIN), until: deadline)
                guard unsafe PQconsumeInput(pointer) == 1 else { throw unsafe PostgresError(.statement, on: pointer) }
            }
            guard let next = unsafe PQgetResult(pointer) else { break }
            unsafe PQclear(last)
            unsafe last = next
            switch unsafe PQresultStatus(next) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
            default: if failure == nil { failure = unsafe PostgresError(result: next) }
            }
        }
        if let failure { throw failure }
        guard let result = unsafe last else { throw PostgresError(.statement, "the server answered nothing") }
        unsafe last = nil
        return unsafe ResultHandle(result)
    }

    /// Waits until the socket is ready for one of `events`; what it is ready for.
    private func wait(_ events: Int16, until deadline: ContinuousClock.Instant) throws(PostgresError) -> Int16 {
        let pointer = unsafe try self.pointer()
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else {
                throw PostgresError(
                    .silence,
                    "no answer in time; the statement is given up, and the connection with it"
                )
            }
            var descriptor = unsafe pollfd(fd: PQsocket(pointer), events: events, revents: 0)
            let (seconds, attoseconds) = left.components
            let milliseconds = min(seconds, 1_000_000) * 1_000 + attoseconds / 1_000_000_000_000_000 + 1
            let count = unsafe poll(&descriptor, 1, Int32(milliseconds))
            if count > 0 {
                // An end of the connection shows itself to whoever reads.
                let isOver = descriptor.revents & Int16(POLLERR | POLLHUP) != 0
                return descriptor.revents | (isOver ? Int16(POLLIN) : 0)
            }
            guard count == 0 || errno == EINTR else {
                throw PostgresError(.statement, "poll: \(unsafe String(cString: strerror(errno)))")
            }
        }
    }

    private func pointer() throws(PostgresError) -> OpaquePointer {
        guard let pointer = unsafe self.handle?.pointer else {
            throw PostgresError(.connecting, "the connection is closed")
        }
        return unsafe pointer
    }
}
