import CLibrdkafka
import Foundation
import Testing

@testable import Kafka

/// The lists of properties hold every name of the librdkafka that is linked.
@Suite struct PropertyClassTests {
    /// A row of the table that librdkafka prints of itself, aliases included.
    private struct Row {
        let name: String
        /// `*`, `C` or `P`.
        let kind: String
    }

    private static func rows() throws -> [Row] {
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        let stream = try #require(open_memstream(&text, &size))
        rd_kafka_conf_properties_show(stream)
        fclose(stream)
        defer { free(text) }
        let table = String(cString: try #require(text))
        return table.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", maxSplits: 2).map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, ["*", "C", "P"].contains(cells[1]) else { return nil }
            return Row(name: cells[0], kind: cells[1])
        }
    }

    @Test func `every property of the linked librdkafka is in one of the lists`() throws {
        let rows = try Self.rows()
        #expect(rows.count > 150)
        for row in rows {
            if case .unlisted = PropertyClass(row.name) {
                Issue.record("\(row.name): read what it does, then put it into PassedProperty or RefusedProperty")
            }
        }
    }

    @Test func `a property of one kind of client is passed to that kind alone`() throws {
        // A callback is passed to nobody.
        for row in try Self.rows() where !row.name.hasSuffix("_cb") {
            if row.kind == "C" { #expect(!ClientKind.producer.takes(row.name), "\(row.name)") }
            if row.kind == "P" { #expect(!ClientKind.consumer.takes(row.name), "\(row.name)") }
        }
    }

    @Test func `no name is in two lists`() {
        let lists = [PassedProperty.ofEveryClient, PassedProperty.ofConsumers, PassedProperty.ofProducers]
        #expect(lists.reduce(0) { $0 + $1.count } == lists.reduce(Set()) { $0.union($1) }.count)
        #expect(lists.allSatisfy { names in names.allSatisfy { RefusedProperty.guarding($0) == nil } })
    }

    @Test func `a hidden property is refused when delivery rests on it`() {
        let client = ClientProperties(brokers: "127.0.0.1:1", passthrough: ["enable_sasl_queue": "true"])
        #expect(client.problems() == ["enable_sasl_queue: refused, tokens are refreshed by librdkafka itself"])
    }
}
