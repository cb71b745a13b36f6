import Kafka
package import Records

/// What the consumer's events and statistics say about records that do not come.
///
/// librdkafka tells some troubles by an event and their end by none (`_ALL_BROKERS_DOWN`), and others by its
/// statistics alone (STATISTICS.md), which come every five seconds and are read whole each time: that is the only sign
/// of most of them.
///
/// Invariants:
/// 1. What passes by itself within ``tolerance`` is no stop.
/// 2. Of a paused partition nothing is fetched, and what statistics say of its offsets is old: it is not read.
struct ConsumerWatch: Sendable {
    /// A state that may pass by itself is told as a stop when it lasts for longer.
    static let tolerance: Duration = .seconds(15)

    private var hasLostBrokers = false
    /// librdkafka's sentence about a topic that is not there.
    private var missingTopic: String?
    private var missingSince: Duration = .zero
    /// When statistics last came; `nil` before the first.
    private var toldAt: Duration?
    /// Answers of all brokers when last counted, and when the last one came.
    private var received: Int?
    private var heardAt: Duration = .zero
    private var isSilent = false
    private var outsideSince: Duration?
    private var groupState = ""
    /// Why the group's coordinator did not let this member in when it last tried.
    private(set) var joinRefusal: String?
    /// Why a broker did not let records be read when it was last asked.
    private var readRefusal: String?
    /// Addresses of brokers to which a connection is up, as of the last statistics.
    private(set) var connected: Set<String> = []
    /// What librdkafka's log told of a connection of late; set from outside, since events do not tell it.
    var connectionTrouble: ConnectionTrouble?
    private var leaderless: [TopicPartition: Duration] = [:]
    private var unfetched: [TopicPartition: Duration] = [:]
    private var held: [TopicPartition: (at: Int64, since: Duration)] = [:]
    /// Where the logs of partitions that are held start, as of the last statistics.
    private(set) var logStarts: [TopicPartition: Int64] = [:]
    /// Every record below the offset has been handed over; of partitions that flow, as of the last statistics.
    private(set) var readTo: [TopicPartition: Int64] = [:]

    /// Takes one event.
    ///
    /// - Parameters:
    ///   - holds: whether a partition is this worker's.
    ///   - isPaused: whether a partition is paused.
    mutating func receive(
        _ event: ConsumerEvent,
        holds: (TopicPartition) -> Bool,
        isPaused: (TopicPartition) -> Bool,
        at now: Duration
    ) {
        switch event {
        case .record:
            // For each record: nothing is written unless there is something to take back.
            if self.hasLostBrokers || self.isSilent || self.missingTopic != nil { self.brokersAreBack(at: now) }
            if self.readRefusal != nil { self.readRefusal = nil }
        case .assigned(let partitions):
            let missing = self.missingTopic
            self.brokersAreBack(at: now)
            self.joinRefusal = nil
            // An empty assignment is what members of a group without a topic get.
            if partitions.isEmpty { self.missingTopic = missing }
            self.readTo = [:]
        case .revoked, .lost:
            self.readTo = [:]
        case .failed(let error) where error.code == .allBrokersDown:
            self.hasLostBrokers = true
        case .failed(let error) where error.isMissingTopic:
            self.missingTopic = error.message
            self.missingSince = now
        case .failed(let error) where error.message.hasPrefix("JoinGroup failed") || error.code == .groupForbidden:
            self.joinRefusal = Self.sentence(error)
        case .failed(let error) where error.code == .topicForbidden:
            self.readRefusal = "\(error)"
        case .failed:
            break
        case .statistics(let text):
            if let statistics = ConsumerStatistics(text) {
                self.receive(statistics, holds: holds, isPaused: isPaused, at: now)
            }
        }
    }

    /// What keeps records away now.
    func stops(at now: Duration) -> [ConsumerStop] {
        var stops: [ConsumerStop] = []
        if self.hasLostBrokers {
            stops.append(.brokersUnreachable(self.connectionSentence))
        } else if self.isSilent || self.isMute(at: now) {
            stops.append(.brokersSilent(for: now - self.heardAt))
        }
        if let missingTopic {
            // There is no partition to be a member for, or to lead.
            return stops + [.topicMissing(missingTopic)]
        }
        if let since = self.outsideSince, now - since >= Self.tolerance {
            let state = [self.groupState, self.joinRefusal].compactMap(\.self).joined(separator: "; ")
            stops.append(.membershipLost(for: now - since, state: state))
        }
        let leaderless = self.leaderless.filter { now - $0.value >= Self.tolerance }.keys.sorted()
        if !leaderless.isEmpty { stops.append(.leaderMissing(leaderless, refusal: self.readRefusal)) }
        let unfetched = self.unfetched.filter { now - $0.value >= Self.tolerance }.keys.sorted()
        if !unfetched.isEmpty { stops.append(.notFetched(unfetched)) }
        let held = self.held.filter { now - $0.value.since >= Self.tolerance }.keys.sorted()
        if !held.isEmpty { stops.append(.foreignTransaction(held)) }
        return stops
    }

    /// Why a connection failed of late, and what to do about it.
    var connectionSentence: String? {
        self.connectionTrouble.map { trouble in trouble.text + (trouble.remedy.map { "; \($0)" } ?? "") }
    }

    /// Time since any broker's last answer, as far as statistics tell.
    func silence(at now: Duration) -> Duration { max(.zero, now - self.heardAt) }

    /// Whether statistics no longer come: librdkafka's thread that writes them, and answers the group, has stopped.
    private func isMute(at now: Duration) -> Bool {
        self.toldAt.map { now - $0 >= Self.tolerance + .seconds(5) } ?? false
    }

    /// What a refusal to let a member in means, as far as its name alone does not tell.
    private static func sentence(_ error: KafkaError) -> String {
        // Some brokers let it in, and answer with a strategy that it does not have.
        guard [.inconsistentGroupProtocol, .unknownProtocol].contains(error.code) else { return "\(error)" }
        return "\(error.name): another member has no partition.assignment.strategy of this one's"
    }

    private mutating func brokersAreBack(at now: Duration) {
        self.hasLostBrokers = false
        self.isSilent = false
        self.heardAt = now
        self.missingTopic = nil
    }

    private mutating func receive(
        _ statistics: ConsumerStatistics,
        holds: (TopicPartition) -> Bool,
        isPaused: (TopicPartition) -> Bool,
        at now: Duration
    ) {
        self.toldAt = now
        self.connected = statistics.connected
        if !statistics.connected.isEmpty { self.hasLostBrokers = false }
        if statistics.received != self.received {
            self.received = statistics.received
            self.heardAt = max(self.heardAt, now - (statistics.idle ?? .zero))
        }
        // Judged only here: between two statistics nothing is known of answers.
        self.isSilent = now - self.heardAt >= Self.tolerance
        let partitions = statistics.partitions.filter { holds($0.key) }
        self.logStarts = partitions.compactMapValues(\.logStart)
        self.judgeMembership(statistics, holdsAny: !partitions.isEmpty, at: now)
        if now > self.missingSince, partitions.values.contains(where: { $0.isServed && $0.nextOffset != nil }) {
            self.missingTopic = nil
        }
        self.leaderless = partitions.filter { !$0.value.isServed }.mapValues { _ in now }
            .merging(self.leaderless) { _, since in since }
            .filter { partitions[$0.key]?.isServed == false }
        // A leader that refuses is not asked either.
        self.unfetched = partitions.filter { $0.value.isServed && !$0.value.isFetched }.mapValues { _ in now }
            .merging(self.unfetched) { _, since in since }
            .filter { partitions[$0.key].map { $0.isServed && !$0.isFetched } ?? false }
        let earlier = self.held
        (self.held, self.readTo) = ([:], [:])
        for (name, partition) in partitions where !isPaused(name) {
            guard let next = partition.nextOffset else { continue }
            if !partition.hasWaiting { self.readTo[name] = next }
            guard let stable = partition.lastStable, let end = partition.logEnd, stable < end, next >= stable else {
                continue
            }
            let since = earlier[name].flatMap { $0.at == stable ? $0.since : nil } ?? now
            self.held[name] = (stable, since)
        }
    }

    /// A member that holds partitions is heard while the others take their time to join; one without any waits.
    private mutating func judgeMembership(_ statistics: ConsumerStatistics, holdsAny: Bool, at now: Duration) {
        guard let state = statistics.groupState else { return }
        let joinState = statistics.joinState ?? ""
        let isOutside = ["init", "wait-join", "wait-metadata", "wait-sync"].contains(joinState)
        self.groupState = "\(state), \(joinState)"
        if state != "up" {
            self.outsideSince = min(self.outsideSince ?? now, now - statistics.groupStateAge)
        } else if isOutside, !holdsAny {
            self.outsideSince = self.outsideSince ?? now
        } else {
            self.outsideSince = nil
            self.joinRefusal = nil
        }
    }
}

/// What keeps records from reaching this worker although it would take them.
package enum ConsumerStop: Sendable, Hashable {
    /// No connection to any broker; why the last one failed, and what to do about it.
    case brokersUnreachable(String?)
    /// Connections are there, and no broker has answered for this time.
    case brokersSilent(for: Duration)
    /// The group does not count this worker among its members, as far as it can tell, for this time.
    case membershipLost(for: Duration, state: String)
    /// A topic is not there any more; librdkafka's sentence.
    case topicMissing(String)
    /// No broker leads these partitions, or the one that does refuses to let them be read, with the reason if it is
    /// known.
    case leaderMissing([TopicPartition], refusal: String?)
    /// These partitions are assigned, and the client fetches none of their records.
    case notFetched([TopicPartition])
    /// A producer's transaction, open for long, holds back every later record of these partitions.
    case foreignTransaction([TopicPartition])
}
