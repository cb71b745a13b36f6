/// The first JSON value of a request body, read as Go's `encoding/json` reads it.
///
/// The server binds bodies with `json.NewDecoder(body).Decode`: it takes the first value and never looks at what
/// follows, so trailing bytes are no error. The value is checked in one pass and kept as a flat list of nodes in the
/// order of the text. Nothing here recurses, and nothing nested has to be released: a body of ten thousand brackets
/// costs no stack.
struct JSONTape {
    enum Kind: UInt8 {
        case null
        case `true`
        case `false`
        case number
        case string
        case array
        case object
    }

    /// One value, or one member name, of the text.
    struct Node {
        let kind: Kind
        /// Where its text begins; for a string, behind the opening quote.
        let start: Int
        /// Where its text ends; for a string, before the closing quote.
        var end: Int
        /// The index of the first node behind this value and all it contains.
        var next: Int
        /// A string without escapes and bytes above 0x7F: its text is its content.
        let isPlain: Bool
    }

    /// Go refuses to go deeper (`maxNestingDepth` of `encoding/json`).
    static let maximumDepth = 10_000

    let bytes: [UInt8]
    let nodes: [Node]

    /// Reads the first value of `bytes`; nil where Go reports a syntax error, an empty body included.
    init?(firstValueOf bytes: [UInt8]) {
        var scanner = JSONScanner(bytes: bytes)
        guard scanner.scanValue() else { return nil }
        self.bytes = bytes
        self.nodes = scanner.nodes
    }

    /// The content of the string at `node`, with Go's replacements for what is not Unicode.
    func string(at node: Int) -> String {
        let found = nodes[node]
        let text = bytes[found.start..<found.end]
        return found.isPlain ? String(decoding: text, as: UTF8.self) : GoString.decode(text)
    }

    /// The spelling of the number at `node`.
    func spelling(at node: Int) -> String {
        String(decoding: bytes[nodes[node].start..<nodes[node].end], as: UTF8.self)
    }

    /// Calls `visit` with the name and the value's node of each member of the object at `node`, in their order.
    ///
    /// Duplicates are visited each, so that the last one wins, as in Go.
    func forEachMember(of node: Int, _ visit: (_ name: String, _ value: Int) -> Void) {
        var index = node + 1
        while index < nodes[node].next {
            visit(string(at: index), index + 1)
            index = nodes[index + 1].next
        }
    }

    /// Calls `visit` with the node of each element of the array at `node`.
    func forEachElement(of node: Int, _ visit: (_ value: Int) -> Void) {
        var index = node + 1
        while index < nodes[node].next {
            visit(index)
            index = nodes[index].next
        }
    }
}
