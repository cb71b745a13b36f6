import CustomerContract
import Records
import Testing

@testable import Redrive

@Suite struct RedrivePlanTests {
    private static let same = identity([["--code", "rejected"]])
    private static let other = identity([["--code", "invalid_command"]])

    private static func identity(_ words: [[String]]) -> String {
        RedriveRequest(
            topic: "customer_commands_dlq",
            selection: Selection(),
            words: words,
            rules: Letters.rules(),
            resultTopic: "customer_results",
            originalsPath: "",
            auditPath: ""
        ).identity
    }

    private static func record(_ state: JobRecord.State, _ identity: String) -> JobRecord {
        var record = JobRecord(
            id: "j-1",
            identity: identity,
            summary: "",
            owner: JobRecord.Owner(user: "ada", host: "ops-1", process: 1),
            beganAt: UnixMilliseconds(0),
            since: nil,
            until: nil
        )
        record.state = state
        return record
    }

    /// What the command does, or the job that refuses it.
    private enum Outcome: Equatable {
        case start(RedrivePlan.Start)
        case running(JobRecord)
        case abandoned(JobRecord)
        case otherRefusal
    }

    private static func start(
        after found: JobRecord?,
        isAlive: Bool = false,
        takesOver: Bool = false
    ) -> Outcome {
        do throws(RedriveRequest.Refusal) {
            let identity = self.same
            return .start(try .init(after: found, identity: identity, isAlive: isAlive, takesOver: takesOver))
        } catch {
            switch error {
            case .running(let record): return .running(record)
            case .abandoned(let record): return .abandoned(record)
            case .busy, .overtaken: return .otherRefusal
            }
        }
    }

    @Test func `where nothing was, or all is done, a job begins`() {
        #expect(Self.start(after: nil) == .start(.begin(leaving: nil)))
        #expect(Self.start(after: Self.record(.ended, Self.same)) == .start(.begin(leaving: nil)))
        #expect(Self.start(after: Self.record(.ended, Self.other)) == .start(.begin(leaving: nil)))
    }

    @Test func `the same command resumes its job`() {
        for state in [JobRecord.State.running, .paused] {
            let record = Self.record(state, Self.same)
            #expect(Self.start(after: record) == .start(.resume(record)))
            #expect(Self.start(after: record, takesOver: true) == .start(.resume(record)))
        }
    }

    @Test func `a running job is left alone, unless it is taken over`() {
        for identity in [Self.same, Self.other] {
            let record = Self.record(.running, identity)
            #expect(Self.start(after: record, isAlive: true) == .running(record))
        }
        let mine = Self.record(.running, Self.same)
        #expect(Self.start(after: mine, isAlive: true, takesOver: true) == .start(.resume(mine)))
        let theirs = Self.record(.running, Self.other)
        #expect(Self.start(after: theirs, isAlive: true, takesOver: true) == .start(.begin(leaving: theirs)))
    }

    @Test func `an abandoned job is named, and left behind only on purpose`() {
        let record = Self.record(.running, Self.other)
        #expect(Self.start(after: record) == .abandoned(record))
        #expect(Self.start(after: record, takesOver: true) == .start(.begin(leaving: record)))
    }

    @Test func `a job that was stopped on purpose may be left behind`() {
        let record = Self.record(.paused, Self.other)
        #expect(Self.start(after: record) == .start(.begin(leaving: record)))
    }

    @Test func `the order of the words does not make another command, what they say does`() {
        #expect(Self.identity([["a", "1"], ["b"]]) == Self.identity([["b"], ["a", "1"]]))
        #expect(Self.identity([["a", "1"], ["b"]]) != Self.identity([["a"], ["1", "b"]]))
        #expect(Self.identity([]) != Self.identity([["a"]]))
    }
}
