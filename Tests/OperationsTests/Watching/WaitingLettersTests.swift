import Kafka
import Logging
import Records
import Synchronization
import Testing

@testable import Operations
@testable import Redrive

@Suite struct WaitingLettersTests {
    /// Answers counts with what a test puts into it.
    private final class Source: Sendable {
        let answers: AsyncStream<Result<WaitingCounter.Count, KafkaError>>
        private let continuation: AsyncStream<Result<WaitingCounter.Count, KafkaError>>.Continuation
        let asked = Mutex(0)

        init() { (self.answers, self.continuation) = AsyncStream.makeStream() }

        func answer(_ counts: [String: Int], isWhole: Bool = true, pages: Int = 0) {
            var tally = WaitingTally()
            tally.counts = counts
            self.continuation.yield(.success(.init(tally: tally, isWhole: isWhole, pageCount: pages)))
        }

        func fail() {
            let error = KafkaError(code: .transport, message: "away", disposition: .retry)
            self.continuation.yield(.failure(error))
        }

        var letters: WaitingLetters {
            WaitingLetters(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
                self.asked.withLock { $0 += 1 }
                for await answer in self.answers { return try answer.get() }
                throw CancellationError()
            }
        }
    }

    private static let start = ContinuousClock.now

    private func after(_ seconds: Int) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    private func wait(_ condition: () -> Bool) async {
        while !condition() { await Task.yield() }
    }

    @Test func `a count is made at once, then once a minute`() async {
        let source = Source()
        let letters = source.letters
        async let _ = letters.run()
        letters.refresh(writtenHere: 0, at: Self.start)
        // A second one waits for the first to end, however long that takes.
        letters.refresh(writtenHere: 0, at: self.after(600))
        source.answer(["rejected": 3])
        await self.wait { letters.known?.counts == ["rejected": 3] }
        letters.refresh(writtenHere: 0, at: self.after(59))
        #expect(source.asked.withLock { $0 } == 1)
        source.answer(["rejected": 4])
        letters.refresh(writtenHere: 0, at: self.after(60))
        await self.wait { letters.known?.counts == ["rejected": 4] }
        #expect(source.asked.withLock { $0 } == 2)
    }

    @Test func `a letter that this instance wrote is counted within ten seconds`() async {
        let source = Source()
        let letters = source.letters
        async let _ = letters.run()
        source.answer([:])
        letters.refresh(writtenHere: 0, at: Self.start)
        await self.wait { letters.known != nil }
        source.answer(["rejected": 1])
        letters.refresh(writtenHere: 1, at: self.after(9))
        letters.refresh(writtenHere: 1, at: self.after(10))
        await self.wait { letters.known?.counts == ["rejected": 1] }
        letters.refresh(writtenHere: 1, at: self.after(20))
        #expect(source.asked.withLock { $0 } == 2)
    }

    @Test func `a part is not told before the whole was known, and is continued soon`() async {
        let source = Source()
        let letters = source.letters
        async let _ = letters.run()
        source.answer(["rejected": 1], isWhole: false)
        source.answer(["rejected": 2])
        letters.refresh(writtenHere: 0, at: Self.start)
        // Due only once the first has ended.
        while source.asked.withLock({ $0 }) < 2 {
            #expect(letters.known?.counts != ["rejected": 1])
            letters.refresh(writtenHere: 0, at: self.after(10))
            await Task.yield()
        }
        await self.wait { letters.known?.counts == ["rejected": 2] }
    }

    @Test func `many pages make counts rarer`() async {
        let source = Source()
        let letters = source.letters
        async let _ = letters.run()
        source.answer(["rejected": 90_000], pages: 45)
        letters.refresh(writtenHere: 0, at: Self.start)
        await self.wait { letters.known != nil }
        letters.refresh(writtenHere: 0, at: self.after(89))
        #expect(source.asked.withLock { $0 } == 1)
        source.answer([:], pages: 45)
        letters.refresh(writtenHere: 0, at: self.after(90))
        await self.wait { letters.known?.counts == [:] }
    }

    @Test func `a count that fails leaves the last one in place`() async {
        let source = Source()
        let letters = source.letters
        async let _ = letters.run()
        source.answer(["rejected": 3])
        letters.refresh(writtenHere: 0, at: Self.start)
        await self.wait { letters.known != nil }
        source.fail()
        letters.refresh(writtenHere: 0, at: self.after(60))
        await self.wait { source.asked.withLock { $0 } == 2 }
        source.answer(["rejected": 5])
        while source.asked.withLock({ $0 }) < 3 {
            #expect(letters.known?.counts == ["rejected": 3])
            letters.refresh(writtenHere: 0, at: self.after(120))
            await Task.yield()
        }
        await self.wait { letters.known?.counts == ["rejected": 5] }
    }

    @Test func `every code has a series, and the oldest letter an age`() {
        var tally = WaitingTally()
        tally.counts = ["rejected": 2, WaitingTally.otherCode: 1]
        tally.oldestFailure = UnixMilliseconds(1_000)
        let families = tally.families(now: UnixMilliseconds(61_000))
        #expect(families[0].samples.count == WaitingTally.codes.count)
        #expect(families[0].samples.map(\.value).reduce(0, +) == 3)
        #expect(families[1].samples.map(\.value) == [60])
        #expect(WaitingTally().families(now: UnixMilliseconds(0))[1].samples.map(\.value) == [0])
    }
}
