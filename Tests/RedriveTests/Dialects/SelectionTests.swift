import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct SelectionTests {
    private static func selection(_ change: (inout Selection) -> Void) -> Selection {
        var selection = Selection()
        change(&selection)
        return selection
    }

    @Test func `without conditions everything is meant`() {
        #expect(Selection().matches(Letters.own()))
        #expect(Selection().matches(DeadLetter(Letters.record([]))))
        #expect(Selection().description == "all")
    }

    @Test func `a code is ours or an exception's class, in full or its last part`() {
        let rejected = Self.selection { $0.kinds = ["rejected"] }
        #expect(rejected.matches(Letters.own(code: "rejected")))
        #expect(!rejected.matches(Letters.own(code: "invalid_command")))
        #expect(!rejected.matches(DeadLetter(Letters.record([]))))
        let spring = DeadLetter(Letters.record(Letters.springHeaders))
        #expect(Self.selection { $0.kinds = ["IllegalStateException"] }.matches(spring))
        #expect(Self.selection { $0.kinds = ["java.lang.IllegalStateException"] }.matches(spring))
        #expect(!Self.selection { $0.kinds = ["StateException"] }.matches(spring))
    }

    @Test func `what does not say whether it is retryable is neither`() {
        let foreign = DeadLetter(Letters.record(Letters.springHeaders))
        for isRetryable in [true, false] {
            let selection = Self.selection { $0.isRetryable = isRetryable }
            #expect(!selection.matches(foreign))
            #expect(selection.matches(Letters.own(code: "retries_exhausted")) == isRetryable)
            #expect(selection.matches(Letters.own(code: "rejected")) == !isRetryable)
        }
    }

    @Test func `a customer is found by the body, and by the key`() {
        let selection = Self.selection { $0.externalIDs = [ExternalID("acct_2")] }
        let body = #"{"external_id":"acct_2"}"#
        #expect(selection.matches(DeadLetter(Letters.record([], key: "other", value: body))))
        #expect(selection.matches(DeadLetter(Letters.record([], key: "acct_2", value: "not JSON"))))
        #expect(!selection.matches(DeadLetter(Letters.record([], key: nil, value: nil))))
        #expect(!selection.matches(Letters.own()))
    }

    @Test func `times are from the first on and before the second`() throws {
        let failed = try #require(UnixMilliseconds(parsing: "2026-11-23T10:00:00Z"))
        let later = UnixMilliseconds(failed.value + 1)
        #expect(Self.selection { $0.since = failed }.matches(Letters.own()))
        #expect(!Self.selection { $0.since = later }.matches(Letters.own()))
        #expect(!Self.selection { $0.until = failed }.matches(Letters.own()))
        #expect(Self.selection { $0.until = later }.matches(Letters.own()))
        #expect(!Self.selection { $0.until = later }.matches(DeadLetter(Letters.record([], timestamp: nil))))
    }

    @Test func `places and headers are conditions too`() throws {
        let letter = Letters.own(partition: 2, offset: 50)
        #expect(Self.selection { $0.partitions = [2] }.matches(letter))
        #expect(!Self.selection { $0.partitions = [1] }.matches(letter))
        #expect(Self.selection { $0.offsets = [1...2, 50...50] }.matches(letter))
        #expect(!Self.selection { $0.offsets = [51...60] }.matches(letter))
        let header = try #require(HeaderMatch(parsing: "ce_id=signup-1"))
        #expect(Self.selection { $0.headers = [header] }.matches(letter))
        let other = try #require(HeaderMatch(parsing: "ce_id=signup-1=x"))
        #expect(!Self.selection { $0.headers = [header, other] }.matches(letter))
        #expect(HeaderMatch(parsing: "=x") == nil && HeaderMatch(parsing: "name") == nil)
    }
}
