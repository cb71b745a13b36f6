/// What a consumer needs beside the properties of every client.
public struct ConsumerSettings: Sendable, Hashable {
    /// Where to connect, and what is passed through.
    public var client: ClientProperties
    /// The consumer group.
    public var group: String
    /// A name that survives restarts (static membership, KIP-345); `nil` for a dynamic member.
    public var groupInstanceID: String?

    /// Names a group.
    public init(client: ClientProperties, group: String, groupInstanceID: String? = nil) {
        self.client = client
        self.group = group
        self.groupInstanceID = groupInstanceID
    }

    /// librdkafka's properties: our defaults, then what the user passes through, then what delivery rests on.
    var properties: [(String, String)] {
        let defaults: [String: String] = [
            // Commands must not be skipped: a group without offsets starts at the beginning.
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky",
            // Before librdkafka 2.2 a consumer idles for a second whenever its local queue is full: so the queue is not
            // bounded by a count that fast workers reach, but by bytes.
            "queued.min.messages": "100000",
            "queued.max.messages.kbytes": "16384",
            // An answer must not wait for more records to come.
            "fetch.wait.max.ms": "100",
            "fetch.error.backoff.ms": "100",
            "socket.nagle.disable": "true",
            "socket.keepalive.enable": "true",
            // Otherwise the first reconnect after a broker's restart may wait 10 s.
            "reconnect.backoff.max.ms": "2000",
        ]
        var owned = [
            ("bootstrap.servers", self.client.brokers),
            ("client.id", self.client.clientID),
            ("group.id", self.group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("isolation.level", "read_committed"),
            ("allow.auto.create.topics", "false"),
        ]
        if let instance = self.groupInstanceID { owned.append(("group.instance.id", instance)) }
        return defaults.merging(self.client.passthrough) { $1 }.sorted { $0.key < $1.key } + owned
    }
}
