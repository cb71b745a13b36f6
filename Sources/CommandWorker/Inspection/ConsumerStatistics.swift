import JSON
import Records

/// What is read of librdkafka's statistics (its STATISTICS.md).
///
/// What is missing or odd there is left out, and never an error.
struct ConsumerStatistics: Sendable {
    /// One partition.
    struct Partition: Sendable {
        /// Whether a broker leads it, and has not refused the last fetch.
        let isServed: Bool
        /// Whether records are fetched, or would be if there were any.
        let isFetched: Bool
        /// The next offset to fetch; `nil` before the first fetch.
        let nextOffset: Int64?
        /// The lowest offset kept, as the client asked last.
        let logStart: Int64?
        /// The end of the log, as the last fetch said.
        let logEnd: Int64?
        /// No transaction that begins before this offset is open: readers of committed records come no further.
        let lastStable: Int64?
        /// Whether fetched records wait for the next poll.
        let hasWaiting: Bool
    }

    /// Addresses of brokers to which a connection is up.
    let connected: Set<String>
    /// Answers of all brokers since the client began.
    let received: Int
    /// Time since the last answer of any broker; `nil` when no connection has had one.
    let idle: Duration?
    /// The state of the group's coordinator: `up` when it is known and connected; `nil` when nothing is told.
    let groupState: String?
    /// For how long the group's state has been the same.
    let groupStateAge: Duration
    /// The state of membership: `steady` between two rebalances.
    let joinState: String?
    /// Partitions by topic and number.
    let partitions: [TopicPartition: Partition]

    /// Reads the JSON text; `nil` when it is none.
    init?(_ text: String) {
        guard let document = try? JSONParser.parseObject(Array(text.utf8)) else { return nil }
        let brokers = document.children("brokers").map(\.1)
        self.connected = Set(
            brokers.filter { $0["state"]?.stringValue == "UP" }.map { $0["nodename"]?.stringValue ?? "" }
        )
        self.received = brokers.reduce(0) { $0 &+ Int(truncatingIfNeeded: $1.integer("rx") ?? 0) }
        self.idle = brokers.compactMap { $0.natural("rxidle") }.min().map { .microseconds($0) }
        let group = document["cgrp"]?.objectValue
        self.groupState = group?["state"]?.stringValue
        self.groupStateAge = .milliseconds(group?.natural("stateage") ?? 0)
        self.joinState = group?["join_state"]?.stringValue
        var partitions: [TopicPartition: Partition] = [:]
        for (topic, object) in document.children("topics") {
            for (number, partition) in object.children("partitions") {
                // −1 is librdkafka's own place for records whose partition is not known.
                guard let number = Int32(number), number >= 0 else { continue }
                partitions[TopicPartition(topic: topic, partition: number)] = Partition(partition)
            }
        }
        self.partitions = partitions
    }
}

extension ConsumerStatistics.Partition {
    fileprivate init(_ object: JSONObject) {
        self.isFetched = (object["fetch_state"]?.stringValue ?? "active") == "active"
        self.nextOffset = object.natural("next_offset")
        self.logStart = object.natural("lo_offset")
        self.logEnd = object.natural("hi_offset")
        // An answer that refuses has -1 as the start of the log, and an end below what was read: -1, or 0. One in the
        // form before Kafka 0.11 has no start either, but the end. Before the first answer both are -1001.
        let isRefused = object.integer("lo_offset") == -1 && (self.logEnd ?? -1) < min(self.nextOffset ?? 0, 1)
        self.isServed = (object["leader"] == nil || object.natural("leader") != nil) && !isRefused
        self.lastStable = object.natural("ls_offset")
        self.hasWaiting = object.natural("fetchq_cnt") != 0
    }
}

extension JSONObject {
    /// The members of an object in this one that are objects themselves.
    fileprivate func children(_ name: String) -> [(String, JSONObject)] {
        (self[name]?.objectValue?.members ?? []).compactMap { member in
            member.value.objectValue.map { (member.name, $0) }
        }
    }

    fileprivate func integer(_ name: String) -> Int64? {
        guard case .number(let number)? = self[name] else { return nil }
        return number.integerValue.map { Int64($0) }
    }

    /// A number from 0; librdkafka writes negative ones for what it does not know.
    fileprivate func natural(_ name: String) -> Int64? { self.integer(name).flatMap { $0 >= 0 ? $0 : nil } }
}
