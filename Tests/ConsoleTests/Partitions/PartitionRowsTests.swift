import CustomerContract
import JSON
import Ledger
import Records
import Settings
import Testing

@testable import Console

@Suite struct PartitionRowsTests {
    @Test func theLargestLagComesFirst() throws {
        let rows = PartitionRows.partitions(
            try Self.view(
                #"""
                {"partitions":[
                    {"topic":"t","partition":0,"lag":5,"committed":10,"log_end":15,"incomplete":2,"paused":true},
                    {"topic":"t","partition":1,"lag":20,"over_share":true},{"topic":"t","partition":2,"lag":null}]}
                """#
            )
        )
        #expect(rows.compactMap { $0["partition"] as? String } == ["1", "0", "2"])
        #expect(rows.compactMap { $0["share"] as? Int } == [100, 25, 0])
        #expect(rows[1]["paused"] as? Bool == true && rows[0]["overShare"] as? Bool == true)
        #expect(rows[2]["lag"] == nil, "an unknown lag is not 0")
    }

    @Test func onlySlowAndRetriedCommandsAreLanes() throws {
        let slowest = try Self.objects(
            #"""
            [{"external_id":"a&b","age_seconds":0.2,"attempts":1,"waits_for":"x"},
             {"external_id":"slow","age_seconds":60,"attempts":1,"waits_for":"the API's answer"},
             {"external_id":"retried","age_seconds":0.5,"attempts":3,"waits_for":"its next attempt"},
             {"external_id":"held","age_seconds":0.1,"attempts":0,"stage":"paused","waits_for":"a pause"}]
            """#
        )
        let rows = PartitionRows.lanes([("w:1", slowest)], at: .now())
        #expect(rows.compactMap { $0["externalID"] as? String } == ["slow", "retried", "held"])
        #expect(rows[0]["href"] as? String == "/search?q=slow")
        #expect(rows[1]["kind"] as? String == "warn")
    }

    @Test(arguments: [
        (Pause.Scope.all, "all commands"), (.partition(3), "partition 3"),
        (.externalID(ExternalID("a")), "external_id a"),
        (.externalIDPrefix("eu_"), "every external_id that begins with eu_"),
    ])
    func aPauseIsToldInWords(scope: Pause.Scope, words: String) {
        let pause = Pause(group: "g", scope: scope, reason: "", author: "a@h", beganAt: .now(), endsAt: nil)
        let row = PartitionRows.pauses([pause], at: .now())[0]
        #expect(row["scope"] as? String == words)
        #expect(row["reason"] == nil && row["until"] == nil)
        #expect(Pause.Scope(kind: row["kind"] as? String ?? "", value: row["value"] as? String ?? "") == scope)
    }

    private static func view(_ status: String) throws -> FleetView {
        var worker = FleetView.Worker(address: HostAndPort(host: "127.0.0.1", port: 1))
        worker.status = try JSONParser.parseObject(Array(status.utf8))
        return FleetView(workers: [worker], askedAt: .now())
    }

    private static func objects(_ text: String) throws -> [JSONObject] {
        (try JSONParser.parse(Array(text.utf8)).arrayValue ?? []).compactMap(\.objectValue)
    }
}
