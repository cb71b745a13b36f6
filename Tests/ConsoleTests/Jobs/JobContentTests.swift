import JSON
import Operations
import Records
import Redrive
import Testing

@testable import Console

/// What jobs' pages say to whom.
@Suite struct JobContentTests {
    private static let viewer = Session(user: "cy", role: .viewer, csrf: "")
    private static let operators = ["ada", "bo"].map { Session(user: $0, role: .operator, csrf: "") }

    private static func job(_ phase: JobRunner.Phase, count: Int? = 3) -> JobRunner.Job {
        var words = JobWords()
        words.selection.headers = ["x-note=Secret"]
        words.edits = [["--set", "name=Secret"]]
        var job = JobRunner.Job(id: "c1", request: JobRequest(.redrive, words, by: "ada"))
        job.phase = phase
        job.count = count
        job.plan = ["dlq: 3 waiting dead letters (header x-note=Secret)."]
        return job
    }

    private static func text(_ content: Content) -> String { "\(content)" }

    @Test func `only the operator who planned a job is asked to confirm it`() {
        let job = Self.job(.planned)
        func asked(_ session: Session?) -> [String: Any]? {
            JobContent(session: session, seesValues: true).page(job)["confirmation"] as? [String: Any]
        }
        #expect(asked(Self.operators[0])?["count"] as? Int == 3)
        #expect(asked(Self.operators[0])?["label"] as? String == "Send 3 letters back")
        #expect(asked(Self.operators[1]) == nil && asked(Self.viewer) == nil && asked(nil) == nil)
        let none = JobContent(session: Self.operators[0], seesValues: true).page(Self.job(.planned, count: 0))
        #expect(none["confirmation"] == nil)
    }

    @Test func `those who see no values do not see words that hold some`() throws {
        let line = try #require(
            JobBoard.AuditLine(
                Array(
                    #"{"at":"t","action":"redrive.began","user":"ada","host":"h","job":"j","reason":null,"#.utf8
                ) + Array(#""selection":"header x-note=Secret","command":["--set name=Secret"]}"#.utf8)
            )
        )
        for phase in [JobRunner.Phase.planning, .planned, .running, .ended, .refused] {
            let hidden = JobContent(session: Self.viewer, seesValues: false)
            for content in [hidden.page(Self.job(phase)), hidden.row(Self.job(phase)), hidden.line(line)] {
                #expect(!Self.text(content).contains("Secret"), "\(phase)")
            }
            let shown = JobContent(session: Self.viewer, seesValues: true)
            #expect(Self.text(shown.page(Self.job(phase))).contains("Secret"))
            #expect(Self.text(shown.line(line)).contains("name=Secret"))
        }
    }

    @Test func `a job that was stopped is resumed by operators, from the words of the audit log`() {
        var history = JobHistory()
        let began = #"{"at":"2026-12-01T10:00:00Z","action":"redrive.began","job":"j","user":"ada","host":"h","#
        history.read(Array((began + #""topic":"dlq","selection":"all","command":["--code rejected"]}"#).utf8))
        let ended = #"{"at":"2026-12-01T10:00:01Z","action":"redrive.ended","job":"j","topic":"dlq","#
        history.read(Array((ended + #""ending":"cancelled","moved":3,"moved_before":0}"#).utf8))
        let job = history.jobs(of: "dlq")[0]
        #expect(job.command == ["--code rejected"] && job.isResumable)
        let action = JobContent(session: Self.operators[1], seesValues: false).resume(job)?["action"] as? String
        #expect(action == "/jobs/j/resume")
        #expect(JobContent(session: Self.viewer, seesValues: true).resume(job) == nil)
    }
}
