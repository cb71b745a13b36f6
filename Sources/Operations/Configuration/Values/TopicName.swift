/// Kafka's rule for the names of topics, which it also applies to `group.instance.id`.
///
/// Source: `org.apache.kafka.common.internals.Topic.validate`, 1 to 249 of `[a-zA-Z0-9._-]`, but not `.` or `..`.
enum TopicName {
    static let expected = "1 to 249 letters, digits, '.', '_' or '-'"

    static func isLegal(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && hasLegalCharacters(text)
    }

    static func hasLegalCharacters(_ text: String) -> Bool {
        text.utf8.count <= 249
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-") }
    }
}
