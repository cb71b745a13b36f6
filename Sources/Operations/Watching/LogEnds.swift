package import Kafka
package import Records
import Synchronization

/// Asks a broker for the ends of logs while the consumer does not fetch, so that the lag of a paused worker is known.
package final class LogEnds: Sendable {
    /// Asks for the ends of some partitions.
    package typealias Asking = @Sendable ([TopicPartition]) async -> [TopicPartition: Int64]

    /// What was learned so far.
    struct Known: Sendable {
        /// Ends by partition.
        var ends: [TopicPartition: Int64] = [:]
        /// When every partition was last answered for; `nil` before the first time.
        var answeredAt: ContinuousClock.Instant?
    }

    private struct State {
        var known = Known()
        var lastAsked: ContinuousClock.Instant?
        var isAsking = false
    }

    /// Between two rounds of questions.
    static let interval: Duration = .seconds(5)

    private let ask: Asking
    private let state = Mutex(State())

    /// - Parameter ask: takes as long as it needs; nothing waits for it.
    package init(_ ask: @escaping Asking) {
        self.ask = ask
    }

    /// Asks through a client of its own, made when it is first needed.
    package convenience init(_ client: ClientProperties) {
        let asker = Asker(client)
        self.init { await asker.ends(of: $0) }
    }

    /// The ends last heard of.
    var known: Known { self.state.withLock { $0.known } }

    /// Asks again if the last answer is old, without waiting for the new one.
    func refresh(_ partitions: [TopicPartition]) async {
        let isDue = self.state.withLock { state in
            guard !state.isAsking, state.lastAsked.map({ $0.duration(to: .now) >= Self.interval }) ?? true else {
                return false
            }
            state.isAsking = true
            state.lastAsked = .now
            return true
        }
        guard isDue else { return }
        // Not a child of the caller, who must not wait: a broker that is away takes seconds. One at a time, and it
        // ends.
        Task {
            let answer = await self.ask(partitions)
            self.state.withLock { state in
                state.isAsking = false
                // An end that was not answered stays, since it remains true as a lower bound.
                state.known.ends = state.known.ends.filter { partitions.contains($0.key) }
                    .merging(answer) { _, new in new }
                if partitions.allSatisfy({ answer[$0] != nil }) { state.known.answeredAt = .now }
            }
        }
    }

    private actor Asker {
        private let client: ClientProperties
        private var admin: Admin?

        init(_ client: ClientProperties) {
            self.client = client
        }

        func ends(of partitions: [TopicPartition]) async -> [TopicPartition: Int64] {
            var ends: [TopicPartition: Int64] = [:]
            do throws(KafkaError) {
                let admin = try self.connected()
                for partition in partitions {
                    ends[partition] = try await admin.watermarks(of: partition, timeout: .seconds(2)).high
                }
            } catch {
                // Brokers that do not answer are told by others.
            }
            return ends
        }

        private func connected() throws(KafkaError) -> Admin {
            if let admin = self.admin { return admin }
            let admin = try Admin(self.client, log: { _ in })
            self.admin = admin
            return admin
        }
    }
}
