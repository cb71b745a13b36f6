import CommandWorker
import Configuration
import CustomerContract
import Kafka
import Records

extension ValueKind where Value == Duration {
    static func duration(_ bounds: ClosedRange<Duration>) -> Self {
        let (least, most) = (DurationText.text(bounds.lowerBound), DurationText.text(bounds.upperBound))
        let expected = "a duration from \(least) to \(most), written like 250ms, 30s, 2m or 1h"
        return Self.scalar(expected, text: DurationText.text) {
            DurationText.parse($0).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension ValueKind where Value == Int {
    /// A number of bytes within bounds, both included.
    static func byteCount(_ bounds: ClosedRange<Int>) -> Self {
        let (least, most) = (ByteText.text(bounds.lowerBound), ByteText.text(bounds.upperBound))
        let expected = "a size from \(least) to \(most), written like 256KiB, 64MiB or 65536"
        return Self.scalar(expected, text: ByteText.text) {
            ByteText.parse($0).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }

    static func integer(_ bounds: ClosedRange<Int>) -> Self {
        Self.scalar("a whole number from \(bounds.lowerBound) to \(bounds.upperBound)", isBare: true) {
            Int($0).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension ValueKind where Value == Double {
    /// A number within bounds, both included; printed without a needless fraction.
    static func number(_ bounds: ClosedRange<Double>, of what: String = "a number") -> Self {
        let expected = "\(what) from \(Self.plain(bounds.lowerBound)) to \(Self.plain(bounds.upperBound))"
        return Self.scalar(expected, isBare: true, text: Self.plain) { written in
            // Double's own reader also takes "nan", "inf" and hexadecimal.
            let isPlain =
                !written.isEmpty && written.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
            guard isPlain, let value = Double(written), bounds.contains(value) else { return nil }
            return value
        }
    }

    @Sendable private static func plain(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

extension ValueKind where Value == Bool {
    static var flag: Self { Self.scalar("true or false", isBare: true) { Bool($0) } }
}

extension ValueKind where Value == RequestLimit {
    static func concurrency(_ bounds: ClosedRange<Int>) -> Self {
        let expected = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound), or auto"
        return Self.scalar(expected, isBare: true) { written in
            if written == "auto" { return .automatic }
            return Int(written).flatMap { bounds.contains($0) ? .fixed($0) : nil }
        }
    }
}

extension ValueKind where Value == String {
    /// A text of visible ASCII characters without spaces, as a header or an identifier needs.
    static func identifier(upTo limit: Int) -> Self {
        Self.scalar("1 to \(limit) visible ASCII characters without spaces") { written in
            guard 1...limit ~= written.utf8.count, written.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
            return written
        }
    }

    /// The name of a topic, or an identifier that Kafka holds to the same rule.
    static var topicName: Self {
        Self.scalar("1 to 249 letters, digits, '.', '_' or '-'") { ReplyTopicAllowList.isTopicName($0) ? $0 : nil }
    }

    static var userName: Self {
        Self.scalar("a name of 1 to 256 bytes") { 1...256 ~= $0.utf8.count ? $0 : nil }
    }

    static var headerName: Self {
        Self.scalar("the name of an HTTP header: 1 to 100 letters, digits, '-' or '_'") { written in
            let isName = written.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            return isName && 1...100 ~= written.utf8.count ? written : nil
        }
    }

    /// A topic's name or a prefix of it.
    static var replyTopics: Self {
        Self.scalar("a topic name or a prefix followed by '*'") { ReplyTopicAllowList.isEntry($0) ? $0 : nil }
    }

    /// The path of a file; whether it exists is found out by whoever opens it.
    static var path: Self {
        Self.scalar("the path of a file") { written in
            let isPath =
                !written.isEmpty && !written.hasSuffix("/") && !written.unicodeScalars.contains { $0.value < 0x20 }
            return isPath ? written : nil
        }
    }
}

extension ValueKind where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words of an enumeration, in their declared order.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        let expected =
            words.count == 1 ? words[0] : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return Self.scalar(expected, text: \.rawValue) { Value(rawValue: $0) }
    }
}

extension ValueKind where Value == Secret {
    /// An API key: it becomes a header, so it is visible ASCII without spaces; never quoted, never printed.
    static var apiKey: Self {
        Self.scalar(APIKeyText.expected, isSecret: true, parse: APIKeyText.parse)
    }
}

extension ValueKind where Value == HostAndPort {
    /// The address of a broker; without a port it is Kafka's 9092.
    static var broker: Self {
        Self.scalar("HOST or HOST:PORT with a port from 1 to 65535 (the protocol is set by kafka.properties)") {
            HostAndPort(parsing: $0, defaultPort: 9092)
        }
    }

    static var worker: Self {
        Self.scalar("HOST:PORT with a port from 1 to 65535, such as worker-2:9464") { HostAndPort(parsing: $0) }
    }

    /// The address to listen on; port 0 lets the system choose.
    static func listen(such example: String) -> Self {
        Self.scalar("HOST:PORT with a port from 0 to 65535, such as \(example)") {
            HostAndPort(parsing: $0, ports: 0...65_535)
        }
    }
}

extension ValueKind where Value == IPAddress {
    static var ipAddress: Self {
        Self.scalar("an IP address such as 10.0.0.7 or fd00::7") { IPAddress(parsing: $0) }
    }
}

extension ValueKind where Value == APIBaseURL {
    static var apiHost: Self {
        Self.scalar("a host such as us.api.flexprice.io, or a URL such as https://us.api.flexprice.io/v1") {
            APIBaseURL(parsing: $0)
        }
    }
}

extension ValueKind where Value == StoreURL {
    static var store: Self {
        var kind = Self.scalar(
            "sqlite:PATH or postgres://USER@HOST/DATABASE, with @ and / in a password as %40 and %2F"
        ) {
            StoreURL(parsing: $0)
        }
        kind.holdsSecret = \.holdsPassword
        return kind
    }
}

extension ValueKind where Value == KafkaProperties {
    /// librdkafka properties; each refused one is a mistake of its own.
    static var kafkaProperties: Self {
        let expected = "a map of librdkafka properties (in a variable: a JSON object such as {\"linger.ms\":\"5\"})"
        return Self(
            shape: .bytes,
            expected: expected,
            parse: { raw throws(SettingMistakes) in
                guard case .map(let values) = raw else {
                    throw SettingMistakes(found: "a value of another form", expected: expected)
                }
                let mistakes = values.sorted { $0.key < $1.key }.compactMap { name, value -> SettingMistake? in
                    let found = KafkaProperties.isSecret(name) ? "a value (not shown)" : Redaction.quoted(value)
                    if let reason = RefusedProperty.reason(name: name, value: value) {
                        return SettingMistake(entry: name, found: found, expected: "it left out: \(reason)")
                    }
                    return KafkaProperties.mistake(name, value, found: found)
                }
                guard mistakes.isEmpty else { throw SettingMistakes(mistakes) }
                return KafkaProperties(values)
            },
            text: { $0.description },
            entries: { properties in properties.names.map { ($0, properties.shown($0) ?? "") } },
            fill: { KafkaProperties($0.reveal().merging($1.reveal()) { stronger, _ in stronger }) },
            holdsSecret: \.holdsSecrets
        )
    }
}

extension KafkaProperties {
    /// What librdkafka itself says against a name or a value; `nil` when it takes them.
    static func mistake(_ name: String, _ value: String, found: String) -> SettingMistake? {
        guard let sentence = ClientProperties(brokers: "", passthrough: [name: value]).problem(of: name) else {
            return nil
        }
        // Its sentence may repeat the value.
        guard !Self.isSecret(name) else {
            return SettingMistake(entry: name, found: found, expected: "a value that librdkafka takes")
        }
        let isKnown = ClientProperties.knownNames.contains(name)
        let hint = isKnown ? nil : NearestName.find(name, among: ClientProperties.knownNames)
        let expected = hint.map { "a property of librdkafka (\(sentence)); did you mean \($0)?" }
        return SettingMistake(entry: name, found: found, expected: expected ?? "what librdkafka takes (\(sentence))")
    }
}
