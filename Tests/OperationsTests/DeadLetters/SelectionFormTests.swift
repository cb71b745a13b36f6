import JSON
import Operations
import Redrive
import Settings
import Testing

/// What an operator writes of dead letters that are chosen.
@Suite struct SelectionFormTests {
    @Test func `every text becomes its condition, and a word of the command line`() throws {
        var form = SelectionForm()
        form.codes = ["VALIDATION_FAILED"]
        form.isRetryable = false
        form.externalIDs = ["anna"]
        form.since = "2026-11-25"
        form.partitions = [3]
        form.offsets = ["7", "10-12"]
        form.letters = ["0/5", "1/7-9"]
        form.whys = ["no plan 7"]
        form.headers = ["ce_source=/signup"]
        form.limit = 5
        let selection = try form.selection()
        #expect(
            selection.description
                == "code VALIDATION_FAILED; not retryable; external_id anna; since 2026-11-25T00:00:00.000Z; "
                + "partition 3; offsets 7-7, 10-12; 4 letters: 0/5, 1/7-9; reason no plan …; "
                + "header ce_source=/signup; at most 5"
        )
        #expect(
            form.words == [
                ["--code", "VALIDATION_FAILED"], ["--no-retryable"], ["--external-id", "anna"],
                ["--since", "2026-11-25"], ["--partition", "3"], ["--offsets", "7"], ["--offsets", "10-12"],
                ["--letter", "0/5"], ["--letter", "1/7-9"], ["--why", "no plan 7"],
                ["--header", "ce_source=/signup"], ["--limit", "5"],
            ]
        )
        #expect(try SelectionForm().selection() == Selection())
        #expect(SelectionForm().words.isEmpty)
    }

    @Test(arguments: ["9-3", "a", "-1", "1-2-3"])
    func `offsets that are none are named`(_ text: String) {
        var form = SelectionForm()
        form.offsets = [text]
        #expect(throws: OptionMistake("--offsets \(text): expected N or FIRST-LAST")) {
            try form.selection()
        }
    }

    @Test func `a header without a name is named`() {
        var form = SelectionForm()
        form.headers = ["=x"]
        #expect(throws: OptionMistake("--header =x: expected NAME=VALUE")) {
            try form.selection()
        }
    }

    @Test func `a limit, a partition and a time that are none are named`() {
        var form = SelectionForm()
        form.limit = 0
        #expect(throws: OptionMistake("--limit 0: expected 1 or more")) { try form.selection() }
        form.limit = nil
        form.partitions = [0, -1]
        #expect(throws: OptionMistake("--partition: expected 0 or more")) { try form.selection() }
        form.partitions = []
        form.until = "soon"
        #expect { try form.selection() } throws: { "\($0)".hasPrefix("--until soon: expected an age such as") }
    }

    @Test func `letters that are none are named`() {
        var form = SelectionForm()
        form.letters = ["0-5"]
        let sentence = "--letter 0-5: expected PARTITION/OFFSET or PARTITION/FIRST-LAST"
        #expect(throws: OptionMistake(sentence)) { try form.selection() }
    }

    @Test func `a job is read again from its words, and from their lines in the audit log`() throws {
        var job = JobWords()
        job.selection.codes = ["rejected"]
        job.selection.isRetryable = true
        job.selection.externalIDs = [" a  b "]
        (job.selection.since, job.selection.until) = ("2h", "1h")
        (job.selection.partitions, job.selection.offsets) = ([3], ["1-2"])
        (job.selection.letters, job.selection.whys) = (["0/5"], ["", "no plan … here"])
        (job.selection.headers, job.selection.limit) = (["a=b c"], 7)
        job.edits = [["--patch", #"{"name":"A B"}"#], ["--unset", "email"], ["--set", "contact=1 2"]]
        (job.destination, job.isForced) = ("orders", true)
        #expect(try JobWords(job.words) == job)
        #expect(try JobWords(audited: job.words.map { $0.joined(separator: " ") }) == job)
        let edited = try #require(
            try job.commandEdits().applied(to: Array(#"{"email":"x","id":1}"#.utf8), isStructuredEvent: false)
        )
        #expect(String(decoding: JSONWriter.encode(edited), as: UTF8.self) == #"{"id":1,"name":"A B","contact":"1 2"}"#)
    }

    @Test(arguments: [["--colour", "red"], ["--code"], ["--force", "yes"], []])
    func `a word that no option has is refused`(_ word: [String]) {
        #expect(throws: OptionMistake.self) { try JobWords([word]) }
    }
}
