/// One header of a record: a name and any bytes, or none.
public struct RecordHeader: Sendable, Hashable {
    /// The name; names may repeat in a record.
    public let name: HeaderName
    /// The value, as a part of memory that other parts of its record may share; nil is Kafka's null, which is not the
    /// same as empty.
    public let bytes: ArraySlice<UInt8>?

    /// A header with a value of bytes.
    @inlinable
    public init(name: HeaderName, value: [UInt8]?) {
        self.init(name: name, bytes: value.map { $0[...] })
    }

    /// A header with a value in memory that it shares.
    @inlinable
    public init(name: HeaderName, bytes: ArraySlice<UInt8>?) {
        self.name = name
        self.bytes = bytes
    }

    /// A header with a text value, written as UTF-8.
    @inlinable
    public init(name: HeaderName, text: String) {
        self.init(name: name, value: Array(text.utf8))
    }

    /// The value, copied unless the header was made with it; nil when it is null.
    @inlinable public var value: [UInt8]? { self.bytes.map { Array($0) } }

    /// The value as text; nil when it is null or not UTF-8.
    @inlinable
    public var text: String? {
        guard let bytes else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// The headers of a record in their order, and the one way to look one up.
///
/// Kafka lets a name repeat: the last header of a name counts, also when its value is null. Names are compared byte for
/// byte.
///
/// ```swift
/// let id = record.headers.text(.ceID)
/// let correlation = record.headers[.correlationID]
/// ```
public struct RecordHeaders: Sendable, Hashable {
    @usableFromInline var fields: [RecordHeader]

    /// No headers.
    @inlinable
    public init() {
        self.fields = []
    }

    /// Headers in this order.
    @inlinable
    public init(_ headers: some Sequence<RecordHeader>) {
        self.fields = Array(headers)
    }

    /// The value of the last header of that name; nil when there is none, or when it is null.
    @inlinable
    public subscript(name: HeaderName) -> [UInt8]? {
        self.lastIndex(name).flatMap { self.fields[$0].value }
    }

    /// The value of the last header whose name is that one but for the case of the letters A to Z; nil as for a name.
    public subscript(ignoringCase name: HeaderName) -> [UInt8]? {
        self.fields.last { $0.name.isSameIgnoringCase(name) }?.value
    }

    /// The value of the last header of that name as text; nil when there is none, or when it is null or not UTF-8.
    @inlinable
    public func text(_ name: HeaderName) -> String? {
        self.lastIndex(name).flatMap { self.fields[$0].text }
    }

    /// Whether there is a header of that name, be it null.
    public func has(_ name: HeaderName) -> Bool {
        self.lastIndex(name) != nil
    }

    /// What the headers weigh in memory, about, in bytes: names and values, and 64 for each header.
    @inlinable
    public var byteCount: Int {
        self.fields.reduce(0) { $0 + $1.name.text.utf8.count + ($1.bytes?.count ?? 0) + 64 }
    }

    /// Makes room for that many headers in all.
    @inlinable
    public mutating func reserveCapacity(_ count: Int) {
        self.fields.reserveCapacity(count)
    }

    /// Adds a header at the end.
    @inlinable
    public mutating func append(_ header: RecordHeader) {
        self.fields.append(header)
    }

    /// Adds headers at the end.
    @inlinable
    public mutating func append(contentsOf headers: some Sequence<RecordHeader>) {
        self.fields.append(contentsOf: headers)
    }

    /// The headers for which the closure says yes, in their order.
    public func filter(_ isIncluded: (RecordHeader) throws -> Bool) rethrows -> RecordHeaders {
        RecordHeaders(try self.fields.filter(isIncluded))
    }

    /// The place of the last header of that name.
    @inlinable
    func lastIndex(_ name: HeaderName) -> Int? {
        var index = self.fields.count
        while index > 0 {
            index -= 1
            if self.fields[index].name == name { return index }
        }
        return nil
    }
}

extension RecordHeaders: RandomAccessCollection {
    /// The place of the first header.
    @inlinable public var startIndex: Int { self.fields.startIndex }
    /// The place behind the last header.
    @inlinable public var endIndex: Int { self.fields.endIndex }

    /// The header at a place.
    @inlinable
    public subscript(position: Int) -> RecordHeader { self.fields[position] }
}

extension RecordHeaders: ExpressibleByArrayLiteral {
    /// Headers in this order.
    public init(arrayLiteral headers: RecordHeader...) {
        self.fields = headers
    }
}

extension RecordHeaders: ExpressibleByDictionaryLiteral {
    /// Headers with text values, in this order; names may repeat.
    public init(dictionaryLiteral headers: (HeaderName, String)...) {
        self.fields = headers.map { RecordHeader(name: $0, text: $1) }
    }
}
