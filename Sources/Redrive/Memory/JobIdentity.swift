/// What makes two commands the same job: FNV-1a (64 bits, base 36) over the words that choose, address and change dead
/// letters.
///
/// How fast and how carefully they are sent does not belong to it: a job may be resumed at another rate.
package struct JobIdentity: Sendable, Hashable {
    /// The hash as text.
    package let text: String

    /// - Parameter words: as the operator gave them, in any order: `--since 2h` is the same command an hour later.
    package init(words: [[String]]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let lines = words.map { $0.joined(separator: "\u{1F}") }.sorted()
        for byte in lines.joined(separator: "\u{1E}").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        self.text = String(hash, radix: 36)
    }
}
