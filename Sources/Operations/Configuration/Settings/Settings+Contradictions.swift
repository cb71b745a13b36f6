extension Settings {
    /// Settings that are right by themselves and wrong together.
    struct Contradiction: Sendable, Equatable {
        /// The keys involved; the complaint is made about the first that somebody set.
        let keys: [String]
        let found: String
        let expected: String
    }

    /// All contradictions but ``missingKey``; a pure function of the values.
    var contradictions: [Contradiction] {
        backendContradictions + topicContradictions + orderContradictions
    }

    private var backendContradictions: [Contradiction] {
        guard backend == .flexprice else { return [] }
        var found: [Contradiction] = []
        if api.host == nil {
            found.append(
                Contradiction(
                    keys: ["api.host", "backend"],
                    found: "no API host with backend flexprice",
                    expected: "api.host, such as us.api.flexprice.io"
                )
            )
        }
        return found
    }

    /// Of the contradictions, the one that concerns only those who call the API.
    var missingKey: [Contradiction] {
        guard backend == .flexprice, api.key == nil else { return [] }
        return [
            Contradiction(
                keys: ["api.key", "api.key_file", "backend"],
                found: "no API key with backend flexprice",
                expected: "FLEXPRICE_API_KEY, api.key_file, or a systemd credential named api_key"
            )
        ]
    }

    private var topicContradictions: [Contradiction] {
        let named = [
            ("kafka.topic", kafka.topic), ("kafka.topic_results", kafka.resultsTopic),
            ("kafka.topic_dlq", kafka.deadLetterTopic),
        ]
        var found: [Contradiction] = []
        for (index, later) in named.enumerated() {
            for earlier in named[..<index] where earlier.1 == later.1 {
                found.append(
                    Contradiction(
                        keys: [later.0, earlier.0],
                        found: "\(Redaction.quoted(later.1)), which is \(earlier.0) too",
                        expected: "a topic of its own"
                    )
                )
            }
        }
        // A result sent to the command topic would be read as a command, fail, and be answered again, for ever.
        for pattern in kafka.replyTopicsAllowed {
            for (key, topic) in [named[0], named[2]] where pattern.matches(topic) {
                found.append(
                    Contradiction(
                        keys: ["kafka.reply_topics_allowed", key],
                        found: "\(Redaction.quoted(pattern.description)), which allows \(key) itself",
                        expected: "entries that match neither commands nor dead letters"
                    )
                )
            }
        }
        return found
    }

    private var orderContradictions: [Contradiction] {
        var found: [Contradiction] = []
        func require<Value: Comparable>(
            _ key: String,
            _ value: Value,
            atLeast otherKey: String,
            _ other: Value,
            text: (Value) -> String
        ) {
            guard value < other else { return }
            found.append(
                Contradiction(
                    keys: [key, otherKey],
                    found: "\(text(value)), less than the \(text(other)) of \(otherKey)",
                    expected: "\(key) not below \(otherKey)"
                )
            )
        }
        require(
            "retry.max_interval",
            retry.maxInterval,
            atLeast: "retry.initial_interval",
            retry.initialInterval,
            text: DurationText.text
        )
        require(
            "retry.max_elapsed_time",
            retry.maxElapsedTime,
            atLeast: "retry.initial_interval",
            retry.initialInterval,
            text: DurationText.text
        )
        require(
            "breaker.probe_max_interval",
            breaker.probeMaxInterval,
            atLeast: "breaker.probe_interval",
            breaker.probeInterval,
            text: DurationText.text
        )
        require(
            "limits.max_in_flight_bytes",
            limits.maxInFlightBytes,
            atLeast: "limits.max_command_bytes",
            limits.maxCommandBytes,
            text: \.description
        )
        if case .fixed(let concurrency) = api.maxConcurrency {
            require(
                "limits.max_in_flight",
                limits.maxInFlight,
                atLeast: "api.max_concurrency",
                concurrency,
                text: \.description
            )
        }
        return found
    }
}
