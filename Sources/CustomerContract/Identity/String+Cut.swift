extension String {
    /// The longest prefix of at most that many UTF-8 bytes that cuts no code point in two.
    package func cut(toBytes maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var bytes = Array(utf8.prefix(maximum + 1))
        // A code point's first byte is never 10xxxxxx: step back until what follows the cut starts one.
        while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
        return String(decoding: bytes, as: UTF8.self)
    }
}
