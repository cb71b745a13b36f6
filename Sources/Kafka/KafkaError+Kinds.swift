extension KafkaError {
    /// The broker's or the client's bound on a record's size was passed.
    package var isTooLarge: Bool {
        ["MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_MSG_SIZE"].contains(self.name)
    }

    /// librdkafka makes no client of these properties; no broker was asked.
    package var isOfProperties: Bool { self.name == "_INVALID_ARG" && self.disposition == .permanent }

    /// Another instance has taken the transactional id.
    package var isFenced: Bool { ["_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"].contains(self.name) }
}
