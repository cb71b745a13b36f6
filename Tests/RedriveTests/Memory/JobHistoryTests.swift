import CustomerContract
import Records
import Testing

@testable import Redrive

@Suite struct JobHistoryTests {
    private static func line(_ action: String, _ id: String, at second: Int, _ more: String = "") -> [UInt8] {
        Array(
            #"{"at":"2026-12-01T10:00:\#(second < 10 ? "0" : "")\#(second).000Z","action":"\#(action)","job":"\#(id)","#
                .utf8
        ) + Array(#""user":"ada","host":"ops-1","topic":"\#(Letters.topic)","selection":"all"\#(more)}"#.utf8)
    }

    private static func record(_ id: String, _ state: JobRecord.State) -> JobRecord {
        var record = JobRecord(
            id: id,
            identity: "i",
            summary: "code rejected",
            owner: .init(user: "bob", host: "ops-2", process: 7),
            beganAt: UnixMilliseconds(1_800_000_000_000),
            since: nil,
            until: nil
        )
        record.state = state
        record.moved = 12
        return record
    }

    @Test func `each job is listed once, the newest first, with its end`() {
        var history = JobHistory()
        history.read(Self.line("redrive.began", "a", at: 1))
        history.read(Self.line("redrive.ended", "a", at: 2, #","ending":"cancelled","moved":3,"moved_before":0"#))
        history.read(Self.line("redrive.resumed", "a", at: 3))
        history.read(Self.line("redrive.ended", "a", at: 4, #","ending":"finished","moved":4,"moved_before":3"#))
        history.read(Self.line("dismiss.began", "b", at: 5, #","reason":"by hand""#))
        history.read(Self.line("dismiss.ended", "b", at: 6, #","ending":"finished","moved":2"#))
        history.read(Self.line("ledger.forget", "", at: 7).filter { $0 != UInt8(ascii: "j") })
        let jobs = history.jobs(of: Letters.topic)
        #expect(jobs.map(\.id) == ["b", "a"] && jobs.map(\.kind) == ["dismiss", "redrive"])
        #expect(jobs.map(\.moved) == [2, 7] && jobs.map(\.ending) == ["finished", "finished"])
        #expect(jobs.map(\.state) == [.ended, .ended])
        #expect(jobs[0].reason == "by hand" && jobs[1].beganAt?.description == "2026-12-01T10:00:01.000Z")
        #expect(history.jobs(of: "another").isEmpty)
    }

    @Test func `the cluster says how the last redrive is, also one of another machine`() {
        func state(_ state: JobRecord.State, isAlive: Bool = false) -> JobHistory.State? {
            var history = JobHistory()
            history.read(Self.line("redrive.began", "a", at: 1))
            history.take(Self.record("a", state), of: Letters.topic, isAlive: isAlive)
            return history.jobs(of: Letters.topic).first?.state
        }
        #expect(state(.running, isAlive: true) == .running)
        #expect(state(.running) == .abandoned)
        #expect(state(.paused) == .paused)
        #expect(state(.ended) == .ended)

        var history = JobHistory()
        history.read(Self.line("redrive.began", "a", at: 1))
        history.read(Self.line("redrive.began", "b", at: 2))
        history.read(Self.line("redrive.ended", "b", at: 3, #","ending":"cancelled""#))
        history.take(Self.record("c", .running), of: Letters.topic, isAlive: true)
        let jobs = history.jobs(of: Letters.topic)
        #expect(jobs.map(\.id) == ["c", "b", "a"] && jobs.map(\.state) == [.running, .ended, .lost])
        #expect(jobs[0].owner == "bob@ops-2" && jobs[0].moved == 12 && jobs[0].selection == "code rejected")
    }

    @Test(arguments: ["", "{}", "[", #"{"job":7,"action":"redrive.began"}"#, #"{"job":"a","action":"x"}"#])
    func `a line that is about no job is ignored`(_ line: String) {
        var history = JobHistory()
        history.read(Array(line.utf8))
        #expect(history.jobs(of: "").isEmpty && history.jobs(of: Letters.topic).isEmpty)
    }
}
