import JSON
import Testing

/// The well-formed sequences of the Unicode standard (table 3-7), at each of their borders.
@Suite struct UTF8Tests {
    @Test(
        arguments: [
            [0x7f], [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xe1, 0x80, 0x80], [0xec, 0xbf, 0xbf],
            [0xed, 0x80, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80], [0xef, 0xbf, 0xbf], [0xf0, 0x90, 0x80, 0x80],
            [0xf1, 0x80, 0x80, 0x80], [0xf3, 0xbf, 0xbf, 0xbf], [0xf4, 0x80, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
        ] as [[UInt8]]
    )
    func `every well-formed sequence passes, wherever it is`(sequence: [UInt8]) throws {
        for padding in 0..<17 {
            let text = Self.quoted(sequence, after: padding)
            guard case .string(let string) = try JSONParser.parse(text) else {
                Issue.record("not a string after \(padding)")
                continue
            }
            #expect(Array(string.utf8.dropFirst(padding)) == sequence + Array("xy".utf8))
        }
    }

    @Test(
        arguments: [
            // Continuation bytes without a start, and bytes that start nothing.
            [0x80], [0xbf], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
            // Overlong forms.
            [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xf0, 0x80, 0x80, 0x80],
            [0xf0, 0x8f, 0xbf, 0xbf],
            // Surrogates, alone and as a pair.
            [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
            // Above U+10FFFF.
            [0xf4, 0x90, 0x80, 0x80], [0xf4, 0xbf, 0xbf, 0xbf], [0xf7, 0xbf, 0xbf, 0xbf],
            // Sequences that end early.
            [0xc2], [0xdf, 0x41], [0xe1, 0x80], [0xe2, 0x82, 0x41], [0xf0, 0x9f, 0x98], [0xf1, 0x80],
            [0xf4, 0x8f, 0xbf],
        ] as [[UInt8]]
    )
    func `every ill-formed sequence is refused where it starts`(sequence: [UInt8]) {
        for padding in 0..<17 {
            let text = Self.quoted(sequence, after: padding)
            #expect(throws: JSONSyntaxError(byteOffset: padding + 1, reason: .invalidUTF8)) {
                try JSONParser.parse(text)
            }
            // The same at the very end of the text.
            let cut = text.dropLast(3)
            #expect(throws: JSONSyntaxError(byteOffset: padding + 1, reason: .invalidUTF8)) {
                try JSONParser.parse(Array(cut))
            }
        }
    }

    /// A JSON string of so many ASCII characters, the sequence, and two more.
    private static func quoted(_ sequence: [UInt8], after padding: Int) -> [UInt8] {
        Array("\"".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: padding) + sequence + Array("xy\"".utf8)
    }
}
