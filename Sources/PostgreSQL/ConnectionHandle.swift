import CLibpq

/// Owns a libpq connection; `deinit` closes it.
///
/// Only one thread at a time may use it (libpq's manual, 34.20: «no two threads attempt to manipulate the same PGconn
/// object at the same time»): its owner is an actor.
@safe struct ConnectionHandle: ~Copyable {
    let pointer: OpaquePointer

    /// Connects; blocks for at most `connect_timeout` for each host, and for what the resolver takes.
    init(_ address: ServerAddress) throws(PostgresError) {
        unsafe self.pointer = try Self.connect(address)
    }

    private static func connect(_ address: ServerAddress) throws(PostgresError) -> OpaquePointer {
        let parameters = address.parameters
        let names = CStringArray(parameters.map(\.name))
        let values = CStringArray(parameters.map(\.value))
        guard let pointer = unsafe PQconnectStartParams(names.pointer, values.pointer, 1) else {
            throw PostgresError(.connecting, "out of memory")
        }
        // So that the reason of a refusal has its SQLSTATE: the text may be in any language.
        _ = unsafe PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        // Notices would go to standard error.
        _ = unsafe PQsetNoticeReceiver(pointer, { _, _ in }, nil)
        // libpq's connect_timeout and its way from host to host belong to the blocking calls alone, and only an object
        // that is there can be told to be verbose: so it is made by PQconnectStart and connected by PQreset.
        unsafe PQreset(pointer)
        guard unsafe PQstatus(pointer) == CONNECTION_OK else {
            defer { unsafe PQfinish(pointer) }
            throw unsafe PostgresError(connecting: pointer)
        }
        // From here on nothing blocks: a server that does not read must not hold the thread, not even to say goodbye to
        // it.
        _ = unsafe PQsetnonblocking(pointer, 1)
        return unsafe pointer
    }

    deinit {
        unsafe PQfinish(self.pointer)
    }
}

/// A row of C strings that ends with a null pointer.
@safe private struct CStringArray: ~Copyable {
    let pointer: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        unsafe self.pointer = .allocate(capacity: texts.count + 1)
        self.count = texts.count
        for (index, text) in texts.enumerated() {
            let bytes = Array(text.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            unsafe copy.initialize(from: bytes, count: bytes.count)
            unsafe (self.pointer + index).initialize(to: UnsafePointer(copy))
        }
        unsafe (self.pointer + texts.count).initialize(to: nil)
    }

    deinit {
        for index in 0..<self.count { unsafe self.pointer[index]?.deallocate() }
        unsafe self.pointer.deallocate()
    }
}
