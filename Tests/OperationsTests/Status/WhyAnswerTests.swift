import JSON
import Records
import Testing

@testable import CommandWorker
@testable import Operations

@Suite struct WhyAnswerTests {
    private func why(_ json: String, about externalID: String? = nil) throws -> WhyAnswer {
        WhyAnswer(try JSONParser.parseObject(Array(json.utf8)), externalID: externalID)
    }

    private func status(_ inspection: WorkerInspection) -> WhyAnswer {
        let view = WorkerWatch.View.sample(inspection)
        let json = StatusReport(view: view, now: UnixMilliseconds(1_800_000_000_000)).json
        return WhyAnswer((try? JSONParser.parseObject(json)) ?? JSONObject())
    }

    @Test func `every reason is in the sentence`() {
        let why = self.status(.sample(stops: [.brokersUnreachable(nil)]) { $0.intakeBlock = "store_full" })
        #expect(!why.isReady)
        #expect(
            why.sentence == "Commands wait: no Kafka broker can be reached; and the store cannot be used (full); "
                + "it is tried again."
        )
    }

    @Test func `without trouble it is told what commands do`() {
        #expect(self.status(.sample()).sentence.hasPrefix("10 records wait in the topic, and nothing keeps them there"))
        let idle = self.status(.sample(partitions: [.sample(committed: 100)]))
        #expect(idle.isReady)
        #expect(idle.sentence == "Nothing waits: every command that was read has its result, and no other is there.")
        #expect(self.status(.sample(partitions: [])).sentence.hasPrefix("This instance has no partition"))
        #expect(self.status(.sample { $0.intakeBlock = "full" }).sentence.contains("limits.max_in_flight is reached"))
        let busy = self.status(.sample { $0.inFlight = 7 })
        #expect(busy.sentence.hasPrefix("Commands move: 7 in flight"))
    }

    @Test(arguments: [
        (
            #"{"ready":true,"commands_in_flight":[{"command_id":"n1","position":"c/0/7","#
                + #""waits_for":"its next attempt","next_attempt":"2027-01-15T08:00:00.000Z"},{}]}"#,
            "The first of 2 commands of a (n1 at c/0/7) waits for its next attempt, at 2027-01-15T08:00:00.000Z."
        ),
        (
            #"{"ready":false,"reasons":[{"detail":"no broker"}],"commands_in_flight":[{"command_id":"n1","#
                + #""position":"c/0/7","waits_for":"the store","next_attempt":null}]}"#,
            "The command of a (n1 at c/0/7) waits for the store; meanwhile no broker."
        ),
        (
            #"{"recent_failures":[{"external_id":"b"},{"external_id":"a","code":"rejected","at":"10:00"}]}"#,
            "No command of a is in flight here: the last one failed at 10:00 as rejected."
        ),
        (
            #"{"reasons":[{"detail":"no broker"}],"commands_in_flight":[]}"#,
            "No command of a is in flight here; one that is in the topic waits: no broker."
        ),
    ])
    func `the commands of one external_id are told by what the first one waits for`(
        _ json: String,
        _ sentence: String
    ) throws {
        #expect(try self.why(json, about: "a").sentence == sentence)
    }

    @Test func `one that is not in flight may be unread, another's, ended or never sent`() throws {
        #expect(try self.why(#"{"lag":7}"#, about: "a").sentence.contains("among the 7 records that are not read yet"))
        #expect(try self.why(#"{"lag":0}"#, about: "a").sentence.contains("was not sent"))
        #expect(try self.why("{}", about: "a").sentence.contains("was not sent"))
    }

    @Test(arguments: [
        "{}", #"{"lag":1e300,"in_flight":"x","stages":[],"partitions":{},"reasons":7,"rate_per_second":null}"#,
    ])
    func `an answer that no worker would give makes a sentence too`(_ json: String) throws {
        #expect(try self.why(json).sentence.hasPrefix("Nothing waits"))
    }

    @Test func `JSON has the sentence and what it is made of, and the terminal gets no control character`() throws {
        let why = try self.why(#"{"ready":false,"reasons":[{"detail":"x\u001b[2J"}]}"#, about: "a\u{1B}b")
        #expect(!why.text.contains("\u{1B}"))
        #expect(why.json["ready"] == .bool(false))
        #expect(why.json["external_id"]?.stringValue == "a\u{1B}b")
        #expect(why.json["commands_in_flight"] == .array([]))
        #expect(why.json["reasons"]?.arrayValue?.count == 1)
    }
}
