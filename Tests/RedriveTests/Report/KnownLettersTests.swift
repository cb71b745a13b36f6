import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct KnownLettersTests {
    private static let partition = TopicPartition(topic: Letters.topic, partition: 0)

    private static func none() -> KnownLetters<CountedLetter> { KnownLetters(limit: 100_000) }

    @Test func `letters are counted by code, those of other programs as one`() {
        var known = Self.none()
        known.take(Letters.own(offset: 0))
        known.take(Letters.own(offset: 1))
        known.take(Letters.own(code: "retries_exhausted", offset: 2))
        known.take(Letters.own(code: "SomeException", offset: 3))
        let tally = known.tally(LetterMarks())
        #expect(tally.counts == ["rejected": 2, "retries_exhausted": 1, WaitingTally.otherCode: 1])
        #expect(tally.oldestFailure?.description == "2026-11-23T10:00:00.000Z")
    }

    @Test func `what was sent back does not wait, and is not read again`() {
        var known = Self.none()
        for offset in Int64(0)..<4 { known.take(Letters.own(offset: offset)) }
        var marks = LetterMarks()
        marks.sentBack.insert(0, 1)
        #expect(known.tally(marks).counts == ["rejected": 3])
        #expect(known.places == [Self.partition: 0..<4])
        #expect(known.unread(of: [Self.partition: 0..<4]).isEmpty)
        #expect(known.unread(of: [Self.partition: 0..<9]) == [Self.partition: 4..<9])
        known.makeRoom(marks)
        #expect(known.tally(marks).counts == ["rejected": 3])
        marks.dismissed.insert(0, 2)
        #expect(known.tally(marks).counts == ["rejected": 2])
    }

    @Test func `an end without a record, as a transaction's marker, is read once`() {
        var known = Self.none()
        known.take(Letters.own(offset: 0))
        known.hasRead(upTo: [Self.partition: 0..<2])
        #expect(known.unread(of: [Self.partition: 0..<2]).isEmpty)
    }

    @Test func `what retention deleted is forgotten`() {
        var known = Self.none()
        for offset in Int64(0)..<4 { known.take(Letters.own(offset: offset)) }
        known.forget(outside: [Self.partition: 3..<4])
        #expect(known.letter(at: Self.partition, offset: 2) == nil)
        #expect(known.letter(at: Self.partition, offset: 3)?.offset == 3)
        #expect(known.tally(LetterMarks()).counts == ["rejected": 1])
        #expect(known.unread(of: [Self.partition: 3..<4]).isEmpty)
    }

    @Test func `a topic that was created again is read from its beginning`() {
        var known = Self.none()
        for offset in Int64(0)..<4 { known.take(Letters.own(offset: offset)) }
        known.forget(outside: [Self.partition: 0..<2])
        #expect(known.tally(LetterMarks()).counts.isEmpty)
        #expect(known.unread(of: [Self.partition: 0..<2]) == [Self.partition: 0..<2])
    }

    @Test func `at the limit nothing is read until letters were sent back or deleted`() {
        var known = Self.none()
        let letter = Letters.own(offset: 0)
        for _ in 0..<known.limit { known.take(letter) }
        #expect(known.isFull)
        #expect(known.unread(of: [Self.partition: 0..<9]).isEmpty)
        var marks = LetterMarks()
        marks.sentBack.insert(0, 0)
        known.makeRoom(marks)
        #expect(known.unread(of: [Self.partition: 0..<9]) == [Self.partition: 1..<9])
    }
}

extension KnownLetters<CountedLetter> {
    fileprivate mutating func take(_ letter: DeadLetter) {
        self.take(CountedLetter(letter), at: letter.position)
    }
}
