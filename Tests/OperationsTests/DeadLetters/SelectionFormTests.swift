import Operations
import Redrive
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
        form.headers = ["ce_source=/signup"]
        form.limit = 5
        let selection = try form.selection()
        #expect(
            selection.description
                == "code VALIDATION_FAILED; not retryable; external_id anna; since 2026-11-25T00:00:00.000Z; "
                + "partition 3; offsets 7-7, 10-12; header ce_source=/signup; at most 5"
        )
        #expect(
            form.words == [
                ["--code", "VALIDATION_FAILED"], ["--no-retryable"], ["--external-id", "anna"],
                ["--since", "2026-11-25"], ["--partition", "3"], ["--offsets", "7"], ["--offsets", "10-12"],
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
        #expect(throws: SelectionForm.Mistake(description: "--offsets \(text): expected N or FIRST-LAST")) {
            try form.selection()
        }
    }

    @Test func `a header without a name is named`() {
        var form = SelectionForm()
        form.headers = ["=x"]
        #expect(throws: SelectionForm.Mistake(description: "--header =x: expected NAME=VALUE")) {
            try form.selection()
        }
    }

    @Test func `a limit, a partition and a time that are none are named`() {
        var form = SelectionForm()
        form.limit = 0
        #expect(throws: SelectionForm.Mistake(description: "--limit 0: expected 1 or more")) { try form.selection() }
        form.limit = nil
        form.partitions = [0, -1]
        #expect(throws: SelectionForm.Mistake(description: "--partition: expected 0 or more")) { try form.selection() }
        form.partitions = []
        form.until = "soon"
        #expect { try form.selection() } throws: { "\($0)".hasPrefix("--until soon: expected an age such as") }
    }
}
