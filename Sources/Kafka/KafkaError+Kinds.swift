extension KafkaError {
    /// The broker's or the client's bound on a record's size was passed.
    package var isTooLarge: Bool { self.name == "MSG_SIZE_TOO_LARGE" || self.name == "_MSG_SIZE_TOO_LARGE" }

    /// Another instance has taken the transactional id.
    package var isFenced: Bool { ["_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"].contains(self.name) }
}
