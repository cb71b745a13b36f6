/// The header fields of an answer that are looked at, read line by line as they come.
///
/// They belong to their own status line: what an interim answer (1xx) says is forgotten when the next status line
/// begins, and trailers behind the body say nothing (RFC 9110, section 6.5.1).
struct AnswerHead {
    /// Whether the content type says JSON.
    private(set) var isJSON = false
    /// The values of `Retry-After`, one for each occurrence of the header.
    private(set) var retryAfter: [String] = []
    private var isOver = false

    /// Takes one line with its name in any case, and the line's end behind it.
    mutating func take(_ line: UnsafeRawBufferPointer) {
        if unsafe Self.begins(line, with: "http/") {
            self = AnswerHead()
        } else if self.isOver {
            return
        } else if line.count <= 2 {
            self.isOver = true
        } else if unsafe Self.begins(line, with: "content-type:") {
            self.isJSON = HTTPAnswer.isJSON(contentType: unsafe Self.value(line, after: "content-type:"))
        } else if unsafe Self.begins(line, with: "retry-after:") {
            self.retryAfter.append(unsafe Self.value(line, after: "retry-after:"))
        }
    }

    private static func begins(_ line: UnsafeRawBufferPointer, with name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard line.count >= count else { return false }
        return name.withUTF8Buffer { expected in
            unsafe zip(line, expected).allSatisfy { byte, letter in
                byte == letter || ((0x41...0x5A).contains(byte) && byte | 0x20 == letter)
            }
        }
    }

    private static func value(_ line: UnsafeRawBufferPointer, after name: StaticString) -> String {
        var text = unsafe line[name.utf8CodeUnitCount...]
        while let first = unsafe text.first, first <= 0x20 { unsafe text.removeFirst() }
        while let last = unsafe text.last, last <= 0x20 { unsafe text.removeLast() }
        return unsafe String(decoding: text, as: UTF8.self)
    }
}
