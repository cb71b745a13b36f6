import CommandWorker
import CustomerContract
import FlexpriceSimulator
import Foundation
import Kafka
import Records
import Testing

/// Twenty thousand commands, a tenth of them duplicates and a twentieth invalid.
@Suite(.serialized, .timeLimit(.minutes(6))) struct BulkTests {
    static let count = 20_000

    /// What command number `index` is.
    enum Kind: Equatable {
        case first
        case duplicate
        case invalid

        init(_ index: Int) {
            self = index % 20 == 7 ? .invalid : index % 10 == 3 ? .duplicate : .first
        }
    }

    /// A duplicate repeats the command before it.
    static func command(_ index: Int) -> ProducerRecord {
        let number = Kind(index) == .duplicate ? index - 1 : index
        let country = Kind(index) == .invalid ? "Germany" : "DE"
        let value = #"{"external_id":"acct_\#(number)","name":"Customer \#(number)","address_country":"\#(country)"}"#
        return ProducerRecord(topic: "customer_commands", key: Array("acct_\(number)".utf8), value: Array(value.utf8))
    }

    @Test(arguments: BackendKind.allCases)
    func `every command has one result, and after a restart all good ones are replayed`(
        _ backend: BackendKind
    ) async throws {
        let broker = try await TestBroker(.ownProcess)
        let simulator = FlexpriceSimulator(.init(apiKey: "sk_test"))
        let commands = (0..<Self.count).map(Self.command)
        try await withTemporaryFolder { folder in
            let ledger = folder.appending(path: "ledger.sqlite").path
            let results = try TopicReader(broker, "customer_results")
            try await broker.send(commands)
            let first = try await withWorker(broker, backend: backend, ledgerPath: ledger, simulator: simulator) { _ in
                try await results.read(Self.count, within: .seconds(150))
            }
            try Self.check(first) { index in
                switch Kind(index) {
                case .first: "created"
                case .duplicate: "replayed"
                case .invalid: "invalid_command"
                }
            }
            let requests = simulator.state.statistics.requests

            try await broker.send(commands)
            let again = FlexpriceSimulator(.init(apiKey: "sk_test"))
            let second = try await withWorker(broker, backend: backend, ledgerPath: ledger, simulator: again) { _ in
                try await results.read(Self.count, within: .seconds(150))
            }
            try Self.check(second) { Kind($0) == .invalid ? "invalid_command" : "replayed" }
            await results.close()

            let created = (0..<Self.count).count { Kind($0) == .first }
            if backend == .flexprice {
                #expect(requests == created)
                #expect(simulator.state.customerCount == created)
                #expect(again.state.statistics.requests == 0)
            }
            // Nothing is left to do: the group stands at the end of every partition.
            let ends = try await broker.highWatermarks(of: "customer_commands", partitions: 3)
            #expect(try await broker.committed(partitions: 3).map { $0.offset ?? -1 } == ends)
            let letters = try await broker.highWatermarks(of: "customer_commands_dlq", partitions: 3)
            // Markers of transactions take offsets too, so the log's ends are a bound and not a count.
            let invalid = (0..<Self.count).count { Kind($0) == .invalid }
            #expect(letters.reduce(0, +) >= Int64(2 * invalid))
        }
    }

    /// One result for every command, each as it should be, and those of an external_id in the order of the commands.
    private static func check(_ records: [KafkaRecord], expected: (Int) -> String) throws {
        #expect(records.count == self.count)
        let events = try records.map { try ResultEvent($0) }
        #expect(Set(events.map(\.position)).count == self.count)
        var outcomes: [String: [String]] = [:]
        for event in events { outcomes[event.externalID ?? "", default: []].append(event.outcome) }
        var expectedOutcomes: [String: [String]] = [:]
        for index in 0..<self.count {
            let number = Kind(index) == .duplicate ? index - 1 : index
            expectedOutcomes["acct_\(number)", default: []].append(expected(index))
        }
        #expect(outcomes == expectedOutcomes)
    }
}
