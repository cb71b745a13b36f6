/// A request target, taken apart as Go's server does before gin sees it.
struct RequestTarget {
    /// The decoded path: an encoded slash has become a slash like any other.
    let path: [UInt8]
    /// The query as it was sent, without the question mark; nil if there is none.
    let query: String?

    /// Takes `target` apart; nil where Go answers 400 by itself, for a malformed escape.
    init?(_ target: String) {
        let parts = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first.flatMap({ PercentEncoding.decode($0) }), path.first == UInt8(ascii: "/") else {
            return nil
        }
        self.path = path
        query = parts.count > 1 ? String(parts[1]) : nil
    }

    /// The first value of the query's parameter `name`; nil if it is absent.
    func parameter(_ name: String) -> String? { parameters(name).first }

    /// All values of the query's parameter `name`.
    func parameters(_ name: String) -> [String] {
        (query ?? "").utf8.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first.flatMap({ PercentEncoding.decode($0, plusIsSpace: true) }),
                key.elementsEqual(name.utf8)
            else { return nil }
            guard parts.count > 1 else { return "" }
            return PercentEncoding.decode(parts[1], plusIsSpace: true).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
