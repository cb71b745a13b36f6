import CustomerContract
import Records
import Testing

@testable import CommandWorker
@testable import Kafka

@Suite struct InspectionTests {
    @Test func `every command in flight is counted at its stage and in its partition`() throws {
        let driver = CoreDriver()
        driver.assign(at: 0)
        let request = try #require(driver.start(0, id: "a"))
        driver.receive(1, id: "a")
        driver.receive(2, id: "b")
        _ = driver.take()
        driver.receive(3, id: "c", isValid: false)
        _ = driver.take()

        let seen = driver.inspect()
        #expect(seen.stages == [.requesting: 1, .waitingInLane: 1, .atLedger: 1, .finished: 1])
        #expect(seen.partitions.map(\.incomplete) == [4])
        #expect(seen.partitions.map(\.committed) == [0])
        #expect(seen.oldestRecord == UnixMilliseconds(1_800_000_000_000))

        driver.answer(request, CoreDriver.passing())
        _ = driver.take()
        #expect(driver.inspect().stages[.backingOff] == 1)
    }

    @Test func `the commands of one external_id are told in log order with what each waits for`() throws {
        let driver = CoreDriver()
        driver.assign(at: 0)
        let request = try #require(driver.start(0, id: "a"))
        driver.receive(1, id: "other")
        driver.receive(2, id: "a")
        _ = driver.take()
        driver.answer(request, CoreDriver.passing(after: .seconds(30)))
        _ = driver.take()

        let commands = driver.inspect(for: "a").commands
        #expect(commands.map(\.position.offset) == [0, 2])
        #expect(commands.map(\.stage) == [.backingOff, .waitingInLane])
        #expect(commands.map(\.attempts) == [1, 0])
        let wait = try #require(commands[0].nextAttempt)
        #expect((.seconds(4) ... .seconds(5)).contains(wait))
        #expect(commands[0].waitsFor == "its next attempt, after attempt 1 failed in passing")
        #expect(commands[1].waitsFor == "an earlier command of the same external_id")
        #expect(driver.inspect(for: "nobody").commands.isEmpty)
        #expect(driver.inspect().commands.isEmpty)
    }

    @Test func `of the slowest as many as were asked for are told, the oldest record first`() throws {
        let driver = CoreDriver()
        driver.assign(at: 0)
        let request = try #require(driver.start(0, id: "a"))
        for offset in [Int64](1...5) { driver.receive(offset, id: "b\(offset)") }
        _ = driver.take()
        driver.answer(request, CoreDriver.passing(after: .seconds(30)))
        _ = driver.take()

        let slowest = driver.inspect(slowest: 3).slowest
        #expect(slowest.map(\.position.offset) == [0, 1, 2])
        #expect(slowest.map { $0.externalID?.text } == ["a", "b1", "b2"])
        #expect(slowest.map(\.isRetrying) == [true, false, false])
        #expect(slowest.map(\.recordedAt).allSatisfy { $0 != nil } && slowest[0].nextAttempt != nil)
        #expect(driver.inspect(slowest: 100).slowest.count == 6)
        #expect(driver.inspect().slowest.isEmpty && driver.inspect(slowest: 3).commands.isEmpty)
    }

    @Test func `while the backend fails for everybody it is told why and when it is asked again`() throws {
        let driver = CoreDriver()
        driver.assign(at: 0)
        let request = try #require(driver.start(0, id: "a"))
        driver.answer(request, .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
        _ = driver.take()
        let seen = driver.inspect(for: "a")
        #expect(seen.isPaused)
        #expect(seen.nextProbe == .seconds(1))
        #expect(seen.commands.map(\.waitsFor) == ["the API, failing for all commands (unauthorized)"])
    }

    @Test func `a wait that the backend asks of all is told with what is left of it`() throws {
        let driver = CoreDriver { $0.live.retry.maximumHold = .seconds(40) }
        driver.assign(at: 0)
        #expect(driver.inspect().hold == nil)
        let request = try #require(driver.start(0, id: "a"))
        driver.answer(request, CoreDriver.passing("http_429", after: .seconds(3_600), .overload))
        _ = driver.take()
        #expect(driver.inspect().hold == .seconds(40))
        driver.now += .seconds(30)
        #expect(driver.inspect().hold == .seconds(10))
        driver.now += .seconds(10)
        #expect(driver.inspect().hold == nil)
    }

    @Test func `answers that the store and the brokers owe are told by their time`() throws {
        let driver = CoreDriver()
        driver.assign(at: 0)
        driver.receive(0, id: "a")
        driver.receive(1, id: "b", isValid: false)
        let store = try #require(driver.take().stores.first)
        driver.now += .seconds(20)
        #expect(driver.inspect().storeSilence == .seconds(20))
        #expect(driver.inspect().publishSilence == .seconds(20))
        driver.answer(store)
        _ = driver.published(.failed(CoreDriver.error, unpublished: nil))
        #expect(driver.inspect().storeSilence == nil)
        #expect(driver.inspect().publishSilence == nil)
    }

    @Test func `a failure is remembered once its result is committed, the newest first, ten at most`() {
        let driver = CoreDriver()
        driver.assign(at: 0)
        for offset in 0..<12 { driver.receive(Int64(offset), id: "a\(offset)", isValid: false) }
        _ = driver.take()
        #expect(driver.inspect().recentFailures.isEmpty)
        _ = driver.published()
        let failures = driver.inspect().recentFailures
        #expect(failures.map(\.position.offset) == Array((2..<12).reversed()))
        #expect(Set(failures.map(\.code)) == [.invalidCommand])
        #expect(failures.first?.externalID == ExternalID("a11"))
    }

    @Test func `what is committed counts its duration from the record's timestamp`() {
        let driver = CoreDriver()
        driver.assign(at: 0)
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        driver.wall += 4_200
        #expect(driver.core.counters.durations.count == 0)
        _ = driver.published()
        #expect(driver.core.counters.durations.count == 1)
        #expect(driver.core.counters.durations.sum == 4_200)
        #expect(driver.core.counters.batches == [.committed: 1])
    }

    @Test func `every end of a batch is counted`() {
        let driver = CoreDriver()
        driver.assign(at: 0)
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        _ = driver.published(.failed(CoreDriver.error, unpublished: nil))
        _ = driver.advance()
        _ = driver.published(.notCommitted(CoreDriver.error))
        _ = driver.advance()
        _ = driver.published(.fenced(CoreDriver.error))
        #expect(driver.core.counters.batches == [.aborted: 1, .offsetsLate: 1, .fenced: 1])
    }
}

extension CoreDriver {
    fileprivate func inspect(for externalID: String? = nil, slowest: Int = 0) -> WorkerInspection {
        self.core.inspect(
            WorkerQuestion(externalID: externalID.map { ExternalID($0) }, slowest: slowest),
            snapshot: WorkerSnapshot(),
            watermarks: { _ in Watermarks(low: 0, high: 100) },
            at: self.moment
        )
    }
}
