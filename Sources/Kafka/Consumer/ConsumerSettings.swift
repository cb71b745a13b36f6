/// What a consumer needs beside the properties of every client.
package struct ConsumerSettings: Sendable, Hashable {
    /// Where to connect, and what is passed through.
    package var client: ClientProperties
    /// The consumer group.
    package var group: String
    /// A name that survives restarts (static membership, KIP-345); `nil` for a dynamic member.
    package var groupInstanceID: String?

    /// Names a group.
    package init(client: ClientProperties, group: String, groupInstanceID: String? = nil) {
        self.client = client
        self.group = group
        self.groupInstanceID = groupInstanceID
    }

    /// Whether the brokers assign partitions themselves (KIP-848), which librdkafka knows from 2.4 on.
    var isAssignedByBrokers: Bool {
        self.client.passthrough["group.protocol"]?.lowercased() == "consumer"
    }

    /// Our defaults, without those that librdkafka refuses beside what is passed through.
    var defaults: [String: String] {
        var defaults = [
            "client.id": self.client.clientID,
            // Commands must not be skipped: a group without offsets starts at the beginning.
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky",
            // What is fetched ahead, by count and by bytes: a record in librdkafka's queue takes some 300 bytes beside
            // its own. Half of it must last until the next records are there, whose fetching FetchWake wakes when the
            // other half is done.
            "queued.min.messages": "20000",
            "queued.max.messages.kbytes": "8192",
            // A bound on one answer, not an allocation. A broker answers with at least one record, however large; at
            // the default of 100 MB a record beyond it would stop its partition permanently, since no answer with it
            // could be taken.
            "receive.message.max.bytes": "1000000000",
            // An answer must not wait for more records to come.
            "fetch.wait.max.ms": "100",
            "fetch.error.backoff.ms": "100",
            "socket.nagle.disable": "true",
            "socket.keepalive.enable": "true",
            "topic.metadata.refresh.interval.ms": ClientProperties.metadataRefresh,
            // How long after the start an unknown topic is not yet reported missing; the default is 30 s.
            "topic.metadata.propagation.max.ms": "5000",
            // Otherwise the first reconnect after a broker's restart may wait 10 s.
            "reconnect.backoff.max.ms": "2000",
            // Comes as an event, and so wakes the owner of an idle consumer, whose poll is the sign of life that
            // max.poll.interval.ms asks for: without it the group would take the partitions away after five quiet
            // minutes.
            "statistics.interval.ms": "5000",
        ]
        // «`partition.assignment.strategy` is not supported for `group.protocol=consumer`» (CONFIGURATION.md).
        if self.isAssignedByBrokers { defaults["partition.assignment.strategy"] = nil }
        return defaults
    }

    /// librdkafka's properties: our defaults, then what the user passes through, then what delivery rests on.
    func properties() throws(KafkaError) -> [(String, String)] {
        var owned = [
            ("bootstrap.servers", self.client.brokers),
            ("group.id", self.group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("isolation.level", "read_committed"),
            ("allow.auto.create.topics", "false"),
        ]
        if let instance = self.groupInstanceID { owned.append(("group.instance.id", instance)) }
        // What is passed comes after all defaults, so that it wins under an alias of their names too.
        return try self.defaults.map { ($0.key, $0.value) } + self.client.passed(to: .consumer) + owned
    }
}
