/// Checks one JSON value and lays it out as the nodes of a ``JSONTape``.
struct JSONScanner {
    private enum Expectation {
        case value
        case valueOrEnd
        case nameOrEnd
        case name
        case separatorOrEnd
    }

    private let bytes: [UInt8]
    private var position = 0
    /// The nodes of the containers that are still open, outermost first.
    private var open: [Int] = []
    private(set) var nodes: [JSONTape.Node] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
        nodes.reserveCapacity(32)
    }

    /// Scans the first value and stops behind it; false at the first byte that cannot be right.
    mutating func scanValue() -> Bool {
        var expectation = Expectation.value
        while true {
            skipWhitespace()
            guard position < bytes.count else { return false }
            let byte = bytes[position]
            switch expectation {
            case .value, .valueOrEnd:
                if case .valueOrEnd = expectation, byte == UInt8(ascii: "]") {
                    closeContainer()
                } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                    guard openContainer(byte) else { return false }
                    expectation = byte == UInt8(ascii: "{") ? .nameOrEnd : .valueOrEnd
                    continue
                } else {
                    guard scanScalar(byte) else { return false }
                }
            case .nameOrEnd where byte == UInt8(ascii: "}"):
                closeContainer()
            case .nameOrEnd, .name:
                guard byte == UInt8(ascii: "\""), scanString() else { return false }
                skipWhitespace()
                guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return false }
                position += 1
                expectation = .value
                continue
            case .separatorOrEnd:
                guard let container = open.last else { return true }
                let isObject = nodes[container].kind == .object
                if byte == UInt8(ascii: ",") {
                    position += 1
                    expectation = isObject ? .name : .value
                    continue
                }
                guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return false }
                closeContainer()
            }
            // A value ended here; the outermost one ends the scan, whatever follows it.
            if open.isEmpty { return true }
            expectation = .separatorOrEnd
        }
    }

    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func openContainer(_ byte: UInt8) -> Bool {
        guard open.count < JSONTape.maximumDepth else { return false }
        open.append(nodes.count)
        append(byte == UInt8(ascii: "{") ? .object : .array, from: position, to: position)
        position += 1
        return true
    }

    private mutating func closeContainer() {
        position += 1
        guard let container = open.popLast() else { return }
        nodes[container].end = position
        nodes[container].next = nodes.count
    }

    private mutating func append(_ kind: JSONTape.Kind, from start: Int, to end: Int, isPlain: Bool = true) {
        nodes.append(.init(kind: kind, start: start, end: end, next: nodes.count + 1, isPlain: isPlain))
    }

    private mutating func scanScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""): scanString()
        case UInt8(ascii: "t"): scanLiteral("true", .true)
        case UInt8(ascii: "f"): scanLiteral("false", .false)
        case UInt8(ascii: "n"): scanLiteral("null", .null)
        default: scanNumber()
        }
    }

    private mutating func scanLiteral(_ literal: StaticString, _ kind: JSONTape.Kind) -> Bool {
        let end = position + literal.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        let isEqual = literal.withUTF8Buffer { $0.elementsEqual(bytes[position..<end]) }
        guard isEqual else { return false }
        append(kind, from: position, to: end)
        position = end
        return true
    }

    private mutating func scanString() -> Bool {
        position += 1
        let start = position
        var isPlain = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                append(.string, from: start, to: position, isPlain: isPlain)
                position += 1
                return true
            }
            if byte < 0x20 { return false }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                guard scanEscape() else { return false }
                continue
            }
            if byte >= 0x80 { isPlain = false }
            position += 1
        }
        return false
    }

    private mutating func scanEscape() -> Bool {
        guard position + 1 < bytes.count else { return false }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
            return true
        case UInt8(ascii: "u"):
            let end = position + 6
            guard end <= bytes.count, GoString.codeUnit(of: bytes[(position + 2)..<end]) != nil else { return false }
            position = end
            return true
        default:
            return false
        }
    }

    private mutating func scanNumber() -> Bool {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        guard let first = peek(), isDigit(first) else { return false }
        if first == UInt8(ascii: "0") { position += 1 } else { skipDigits() }
        if peek() == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() else { return false }
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() else { return false }
        }
        append(.number, from: start, to: position)
        return true
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Moves behind a run of digits; false if there is none.
    @discardableResult
    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = peek(), isDigit(byte) { position += 1 }
        return position > start
    }
}
