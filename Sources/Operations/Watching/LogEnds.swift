package import Kafka
package import Records
import Synchronization

/// Asks a broker for the ends of logs while the consumer does not fetch, so that the lag of a paused worker is known.
package final class LogEnds: Sendable {
    package typealias Asking = @Sendable ([TopicPartition]) async -> [TopicPartition: Int64]

    struct Known: Sendable {
        var ends: [TopicPartition: Int64] = [:]
        /// When every partition was last answered for; `nil` before the first time.
        var answeredAt: ContinuousClock.Instant?
    }

    private struct State {
        var known = Known()
        var lastAsked: ContinuousClock.Instant?
    }

    /// Between two rounds of questions.
    static let interval: Duration = .seconds(5)

    private let ask: Asking
    private let state = Mutex(State())
    /// What ``run()`` is to ask for: the latest, when it is slow.
    private let (wanted, want) = AsyncStream.makeStream(of: [TopicPartition].self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter ask: takes as long as it needs; only ``run()`` waits for it.
    package init(_ ask: @escaping Asking) {
        self.ask = ask
    }

    /// Asks through a client of its own, made when it is first needed.
    package convenience init(_ client: ClientProperties) {
        let asker = Asker(client)
        self.init { await asker.ends(of: $0) }
    }

    var known: Known { self.state.withLock { $0.known } }

    /// Wants the ends of these partitions, if the last question is old; does not wait for the answer.
    func refresh(_ partitions: [TopicPartition]) {
        let isDue = self.state.withLock { state in
            if let last = state.lastAsked, last.duration(to: .now) < Self.interval { return false }
            state.lastAsked = .now
            return true
        }
        if isDue { self.want.yield(partitions) }
    }

    /// Asks for what is wanted, until the task is cancelled.
    func run() async {
        for await partitions in self.wanted {
            let answer = await self.ask(partitions)
            self.state.withLock { state in
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
                for partition in partitions where !Task.isCancelled {
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
