import CustomerContract
import Records
import Testing

@testable import Redrive

@Suite struct JobClaimTests {
    private static let same = JobIdentity(words: [["--code", "rejected"]])
    private static let other = JobIdentity(words: [["--code", "invalid_command"]])

    private static func record(_ state: JobRecord.State, _ identity: JobIdentity) -> JobRecord {
        var record = JobRecord(
            id: "j-1",
            identity: identity.text,
            summary: "",
            owner: JobOwner(user: "ada", host: "ops-1", process: 1),
            beganAt: UnixMilliseconds(0),
            since: nil,
            until: nil
        )
        record.state = state
        return record
    }

    private static func claim(
        _ found: JobRecord?,
        isAlive: Bool = false,
        takesOver: Bool = false
    ) -> JobClaim {
        JobClaim(found: found, identity: self.same, isAlive: isAlive, takesOver: takesOver)
    }

    @Test func `where nothing was, or all is done, a job begins`() {
        #expect(Self.claim(nil) == .begin(leaving: nil))
        #expect(Self.claim(Self.record(.ended, Self.same)) == .begin(leaving: nil))
        #expect(Self.claim(Self.record(.ended, Self.other)) == .begin(leaving: nil))
    }

    @Test func `the same command goes on`() {
        for state in [JobRecord.State.running, .paused] {
            let record = Self.record(state, Self.same)
            #expect(Self.claim(record) == .resume(record))
            #expect(Self.claim(record, takesOver: true) == .resume(record))
        }
    }

    @Test func `a running job is left alone, unless it is taken over`() {
        for identity in [Self.same, Self.other] {
            let record = Self.record(.running, identity)
            #expect(Self.claim(record, isAlive: true) == .refuseRunning(record))
        }
        let mine = Self.record(.running, Self.same)
        #expect(Self.claim(mine, isAlive: true, takesOver: true) == .resume(mine))
        let theirs = Self.record(.running, Self.other)
        #expect(Self.claim(theirs, isAlive: true, takesOver: true) == .begin(leaving: theirs))
    }

    @Test func `an abandoned job is named, and left behind only on purpose`() {
        let record = Self.record(.running, Self.other)
        #expect(Self.claim(record) == .refuseAbandoned(record))
        #expect(Self.claim(record, takesOver: true) == .begin(leaving: record))
    }

    @Test func `a job that was stopped on purpose may be left behind`() {
        let record = Self.record(.paused, Self.other)
        #expect(Self.claim(record) == .begin(leaving: record))
    }

    @Test func `the order of the words does not make another command, what they say does`() {
        #expect(JobIdentity(words: [["a", "1"], ["b"]]) == JobIdentity(words: [["b"], ["a", "1"]]))
        #expect(JobIdentity(words: [["a", "1"], ["b"]]) != JobIdentity(words: [["a"], ["1", "b"]]))
        #expect(JobIdentity(words: []) != JobIdentity(words: [["a"]]))
    }
}
