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

/// One row of an answer in the binary form; it lives only as long as the closure that it is lent to.
@safe package struct Row: ~Copyable {
    private let result: OpaquePointer
    private let index: Int32

    init(_ result: OpaquePointer, _ index: Int) {
        unsafe self.result = result
        self.index = Int32(index)
    }

    /// A copy of the bytes of `bytea` or `text`; `nil` for NULL.
    package func bytes(_ column: Int) -> [UInt8]? {
        unsafe self.with(column) { unsafe Array($0) }
    }

    /// The text of a column; `nil` for NULL.
    package func text(_ column: Int) -> String? {
        unsafe self.with(column) { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// A whole number of any width; `nil` for NULL and for what is none.
    package func integer(_ column: Int) -> Int64? {
        unsafe self.with(column) { bytes in
            guard [1, 2, 4, 8].contains(bytes.count) else { return nil }
            let negative = unsafe bytes.first.map { $0 & 0x80 != 0 } ?? false
            return unsafe bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
        } ?? nil
    }

    private func with<R>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R? {
        let column = Int32(column)
        guard unsafe PQgetisnull(self.result, self.index, column) == 0,
            let start = unsafe PQgetvalue(self.result, self.index, column)
        else { return nil }
        let count = Int(unsafe PQgetlength(self.result, self.index, column))
        return unsafe start.withMemoryRebound(to: UInt8.self, capacity: count) { start in
            unsafe body(UnsafeBufferPointer(start: start, count: count))
        }
    }
}
