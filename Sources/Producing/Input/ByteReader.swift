/// Reads a file byte by byte, in chunks, and counts its lines.
///
/// A line ends with LF, CR LF or a lone CR. A byte order mark at the very beginning is passed over.
struct ByteReader {
    private static let chunkBytes = 1 << 16

    let file: InputFile
    /// The line that the next byte is in, from 1.
    private(set) var line = 1
    private var chunk: [UInt8] = []
    private var index = 0
    /// Where in the file the chunk begins.
    private var chunkStart: Int64 = 0
    private var lastWasCR = false

    init(_ file: InputFile) throws(InputFailure) {
        self.file = file
        try self.fill()
        if self.chunk.starts(with: [0xEF, 0xBB, 0xBF]) { self.index = 3 }
        if self.chunk.starts(with: [0xFF, 0xFE]) || self.chunk.starts(with: [0xFE, 0xFF]) {
            throw InputFailure(file, "is UTF-16; save it as UTF-8")
        }
    }

    var offset: Int64 { self.chunkStart + Int64(self.index) }

    /// Continues elsewhere.
    mutating func move(to place: RowPlace) throws(InputFailure) {
        self.line = place.line
        self.lastWasCR = false
        self.chunkStart = place.offset
        try self.fill()
    }

    /// The next byte, which stays; `nil` at the end.
    mutating func peek() throws(InputFailure) -> UInt8? {
        if self.index == self.chunk.count {
            self.chunkStart += Int64(self.chunk.count)
            try self.fill()
            if self.chunk.isEmpty { return nil }
        }
        return self.chunk[self.index]
    }

    /// The next byte; `nil` at the end.
    mutating func next() throws(InputFailure) -> UInt8? {
        guard let byte = try self.peek() else { return nil }
        self.index += 1
        let isCR = byte == UInt8(ascii: "\r")
        if isCR || byte == UInt8(ascii: "\n") && !self.lastWasCR { self.line += 1 }
        self.lastWasCR = isCR
        return byte
    }

    /// Steps over spaces, tabs and ends of lines.
    mutating func skipWhiteSpace() throws(InputFailure) {
        while let byte = try self.peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { _ = try self.next() }
    }

    /// Why what follows cannot be read.
    ///
    /// - Parameter line: where that is; the line that the next byte is in without it.
    func failure(_ sentence: String, line: Int? = nil) -> InputFailure {
        InputFailure(self.file, line: line ?? self.line, sentence)
    }

    /// Some bytes of the file, whatever is being read.
    func bytes(from start: Int64, to end: Int64, atMost limit: Int) throws(InputFailure) -> [UInt8] {
        let count = min(limit, Int(end - start))
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try self.file.read(count - bytes.count, at: start + Int64(bytes.count))
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    private mutating func fill() throws(InputFailure) {
        self.chunk = try self.file.read(Self.chunkBytes, at: self.chunkStart)
        self.index = 0
    }
}
