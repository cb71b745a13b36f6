/// Why a record is not the event that it was taken for: which member or header, and what is expected there.
///
/// It never repeats a value.
public struct UnreadableEvent: Error, Sendable, Hashable, CustomStringConvertible {
    /// The member or header, such as `error.code` or `dlq-error-code`; empty for the value as a whole.
    public let place: String
    /// What is expected, as the end of a sentence: «must be …».
    public let expectation: String

    init(_ place: String, _ expectation: String) {
        self.place = place
        self.expectation = expectation
    }

    /// The whole sentence.
    public var description: String {
        "\(place.isEmpty ? "the value" : place) \(expectation); the topic may hold records of somebody else, "
            + "or of a newer version"
    }
}
