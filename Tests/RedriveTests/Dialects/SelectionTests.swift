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
        let header = try #require(RecordHeader(parsing: "ce_id=signup-1"))
        #expect(Self.selection { $0.headers = [header] }.matches(letter))
        let other = try #require(RecordHeader(parsing: "ce_id=signup-1=x"))
        #expect(!Self.selection { $0.headers = [header, other] }.matches(letter))
        #expect(RecordHeader(parsing: "=x") == nil && RecordHeader(parsing: "name") == nil)
    }

    @Test func `letters are chosen one by one, and only their part of the topic is read`() {
        var set = LetterSet()
        for text in ["0/5", "2/7-9"] {
            let isOne = set.insert(parsing: text)
            #expect(isOne)
        }
        let selection = Self.selection { $0.letters = set }
        #expect(selection.matches(Letters.own(partition: 0, offset: 5)))
        #expect(selection.matches(Letters.own(partition: 2, offset: 8)))
        #expect(!selection.matches(Letters.own(partition: 0, offset: 8)))
        #expect(selection.description == "4 letters: 0/5, 2/7-9")
        let ranges = Dictionary(
            uniqueKeysWithValues: (Int32(0)..<3).map {
                (TopicPartition(topic: Letters.topic, partition: $0), Int64(0)..<8)
            }
        )
        #expect(
            selection.narrowed(ranges) == [
                TopicPartition(topic: Letters.topic, partition: 0): 5..<6,
                TopicPartition(topic: Letters.topic, partition: 2): 7..<8,
            ]
        )
        #expect(Selection().narrowed(ranges) == ranges)
        #expect(Self.selection { $0.partitions = [1] }.narrowed(ranges).map(\.key.partition) == [1])
    }

    @Test(arguments: ["5", "a/5", "-1/5", "0/9-5", "0/", "0/1/2", "0/9223372036854775807", "0/-1"])
    func `what names no letter is refused`(_ text: String) {
        var set = LetterSet()
        let isOne = set.insert(parsing: text)
        #expect(!isOne)
        #expect(set.count == 0)
    }

    @Test func `a reason is chosen by its form, whatever values are given with it`() {
        let selection = Self.selection { $0.reasons = [ReasonForm("no plan 7 for customer").key] }
        #expect(selection.matches(Letters.own(reason: "no plan 99 for customer")))
        #expect(!selection.matches(Letters.own(reason: "no plan for customer")))
        #expect(ReasonForm("no plan … for customer").key == ReasonForm("no plan 7 for customer").key)
        let none = Self.selection { $0.reasons = [""] }
        #expect(none.matches(DeadLetter(Letters.record([]))) && !none.matches(Letters.own()))
    }
}
