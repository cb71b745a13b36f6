import CLibpq

/// Owns what the server answered to one statement; `deinit` clears it.
@safe struct ResultHandle: ~Copyable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe PQclear(self.pointer)
    }

    var rowCount: Int { Int(unsafe PQntuples(self.pointer)) }
}
