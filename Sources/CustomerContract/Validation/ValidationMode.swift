/// How much of a command is checked before it is sent.
public enum ValidationMode: String, Sendable, Hashable, CaseIterable {
    /// Every rule of Flexprice's API that is known here.
    case full
    /// Only size, JSON and `external_id`; for an API that has become laxer than the rules known here.
    case envelope
}
