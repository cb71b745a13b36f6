/// A W3C trace context that was checked and may be passed on.
///
/// Format: W3C Trace Context, level 1, sections 3.2 and 3.3.
public struct TraceContext: Sendable, Hashable {
    /// The `traceparent` header's value, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`.
    public let traceparent: String
    /// The `tracestate` header's value: 1 to 1,024 printable ASCII characters, not examined further.
    public let tracestate: String?

    /// The 32 hexadecimal digits that name the trace.
    public var traceID: Substring { self.field(from: 3, length: 32) }

    /// The 16 hexadecimal digits that name the span which the command was sent in.
    public var parentID: Substring { self.field(from: 36, length: 16) }

    private func field(from start: Int, length: Int) -> Substring {
        let characters = self.traceparent.utf8
        let first = characters.index(characters.startIndex, offsetBy: start)
        return self.traceparent[first..<characters.index(first, offsetBy: length)]
    }

    /// Checks a pair of header values; nil when `traceparent` is malformed, as the standard says to start a new trace
    /// then.
    ///
    /// A malformed `tracestate` is dropped alone.
    public init?(traceparent: [UInt8], tracestate: [UInt8]?) {
        guard Self.isTraceparent(traceparent) else { return nil }
        self.traceparent = String(decoding: traceparent, as: UTF8.self)
        guard let tracestate, (1...1_024).contains(tracestate.count),
            tracestate.allSatisfy({ (0x20...0x7e).contains($0) })
        else {
            self.tracestate = nil
            return
        }
        self.tracestate = String(decoding: tracestate, as: UTF8.self)
    }

    /// `version "-" trace-id "-" parent-id "-" flags` in lower-case hexadecimal, 2, 32, 16 and 2 digits.
    ///
    /// Version ff is invalid, ids of zeros only too; a later version may add more after another hyphen.
    private static func isTraceparent(_ bytes: [UInt8]) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard (55...256).contains(bytes.count), bytes[2] == hyphen, bytes[35] == hyphen, bytes[52] == hyphen else {
            return false
        }
        let version = bytes[0..<2]
        let traceID = bytes[3..<35]
        let parentID = bytes[36..<52]
        let flags = bytes[53..<55]
        guard version.allSatisfy(isHexadecimal), traceID.allSatisfy(isHexadecimal), parentID.allSatisfy(isHexadecimal),
            flags.allSatisfy(isHexadecimal), traceID.contains(where: { $0 != UInt8(ascii: "0") }),
            parentID.contains(where: { $0 != UInt8(ascii: "0") }), !version.elementsEqual("ff".utf8)
        else { return false }
        guard bytes.count > 55 else { return true }
        // Version 00 ends here; what a later one appends is passed on only if it is plain printable ASCII.
        return !version.elementsEqual("00".utf8) && bytes[55] == hyphen
            && bytes[55...].allSatisfy { (0x21...0x7e).contains($0) }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte &- UInt8(ascii: "a") < 6
    }
}
