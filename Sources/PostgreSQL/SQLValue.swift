/// A statement that a connection prepares once and then runs by its name.
package struct Statement: Sendable, Hashable {
    /// Its name, unique in the program.
    package let name: String
    /// The text, with `$1` to `$n` for the values.
    package let sql: String

    /// Names a statement; nothing is sent.
    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}

/// A value for a statement, in PostgreSQL's binary form.
///
/// Arrays carry a whole batch in one value: a statement is planned and sent once for hundreds of commands.
package struct SQLValue: Sendable {
    let bytes: [UInt8]

    /// `bytea`, or `text` in UTF-8.
    package static func bytes(_ bytes: [UInt8]) -> SQLValue { SQLValue(bytes: bytes) }

    /// `bigint`.
    package static func integer(_ value: Int64) -> SQLValue {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: value)
        return SQLValue(bytes: bytes)
    }

    /// `bytea[]`.
    package static func array(_ elements: [[UInt8]]) -> SQLValue {
        SQLValue(array: elements.count, type: 17, size: elements.reduce(0) { $0 + $1.count }) { index, into in
            into.append(bigEndian: Int32(elements[index].count))
            into.append(contentsOf: elements[index])
        }
    }

    /// `bigint[]`, with NULL for `nil`.
    package static func array(_ elements: [Int64?]) -> SQLValue {
        SQLValue(array: elements.count, type: 20, size: elements.count * 8) { index, into in
            guard let element = elements[index] else {
                into.append(bigEndian: -1 as Int32)
                return
            }
            into.append(bigEndian: 8 as Int32)
            into.append(bigEndian: element)
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The form that `array_recv` reads (PostgreSQL's src/backend/utils/adt/arrayfuncs.c): dimensions, whether there
    /// are NULLs (which it finds out itself), the element's type, then length and lower bound of the dimension, and the
    /// elements.
    private init(array count: Int, type: Int32, size: Int, _ append: (Int, inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + count * 4 + size)
        bytes.append(bigEndian: count == 0 ? 0 : 1 as Int32)
        bytes.append(bigEndian: 0 as Int32)
        bytes.append(bigEndian: type)
        if count > 0 {
            bytes.append(bigEndian: Int32(count))
            bytes.append(bigEndian: 1 as Int32)
        }
        for index in 0..<count { append(index, &bytes) }
        self.bytes = bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append<Value: FixedWidthInteger>(bigEndian value: Value) {
        for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
            self.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
