public import Records

/// What a dead letter leaves out of its command, or adds to it, when its topic refuses it as it is; nothing by default.
///
/// Each element has a header of its own, a ``DeadLetterReduction``.
public struct LetterForm: OptionSet, Sendable, Hashable {
    /// One bit per element.
    public let rawValue: UInt8

    /// A form of these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The command's value is left out.
    public static let withoutValue = LetterForm(rawValue: 1)
    /// The command's headers are left out, save those of ``DeadLetterHeader``.
    public static let withoutHeaders = LetterForm(rawValue: 2)
    /// The command's key is cut at ``maximumCutKeyBytes``.
    public static let cutKey = LetterForm(rawValue: 4)
    /// A command without a key gets its id as key.
    public static let addedKey = LetterForm(rawValue: 8)
    /// The command's timestamp is replaced by the time of the failure.
    public static let ownTimestamp = LetterForm(rawValue: 16)

    /// What is left of a key that is cut, 1 KiB.
    public static let maximumCutKeyBytes = 1_024
}

/// The headers that a dead letter has when its topic refused the command as it was; all values are text.
public enum DeadLetterReduction: String, Sendable, Hashable, CaseIterable {
    /// How many bytes the value had that was left out; the command still has it, where the other headers say.
    case valueDropped = "dlq-value-dropped-bytes"
    /// How many headers were left out.
    case headersDropped = "dlq-headers-dropped"
    /// How many bytes the key had before it was cut.
    case keyCut = "dlq-key-cut-bytes"
    /// `true`: the command had no key, and this one is its id.
    case keyAdded = "dlq-key-added"
    /// The command's timestamp, RFC 3339, which its record here could not have.
    case timestampReplaced = "dlq-timestamp-replaced"

    /// The header's name.
    public var name: HeaderName { HeaderName(rawValue) }

    /// The header of that name, compared byte for byte; nil when the name is none of these.
    public init?(name: HeaderName) {
        guard name.text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(rawValue: name.text)
    }
}
