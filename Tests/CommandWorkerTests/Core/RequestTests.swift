import CustomerContract
import Testing

@testable import CommandWorker

@Suite struct RequestTests {
    @Test func `no more requests run than may, and of one customer one`() throws {
        let driver = CoreDriver { $0.maximumRequests = 2 }
        driver.assign()
        for (offset, id) in ["a", "a", "b", "c"].enumerated() { driver.receive(Int64(offset), id: id) }
        let lookUps = try #require(driver.take().stores.first)
        #expect(lookUps.lookUps.map(\.command.externalID.text) == ["a", "b", "c"])
        driver.answer(lookUps)
        let requests = driver.take().requests
        #expect(requests.map(\.command.externalID.text) == ["a", "b"])
        driver.answer(requests[1], .failed(CommandFailure(code: .rejected, message: "no")))
        #expect(driver.take().requests.map(\.command.externalID.text) == ["c"])
    }

    @Test func `a passing failure is tried again, and no earlier than the server asked`() throws {
        let driver = CoreDriver()
        driver.assign()
        let first = try #require(driver.start(0, id: "a"))
        driver.answer(first, CoreDriver.passing(after: .seconds(20)))
        #expect(driver.take().isEmpty)
        let second = try #require(driver.advance().requests.first)
        #expect(driver.now >= .seconds(20) && driver.now <= .seconds(21))
        #expect(second.attempt == 2)
        #expect(driver.succeed(second).batches.first?.results.first?.attempts == 2)
    }

    @Test func `a command that fails for ever by itself gives up, and nobody else waits for it`() throws {
        let driver = CoreDriver()
        driver.assign()
        var request = driver.start(0, id: "poison")
        var attempts = 0
        var result: CommandResult?
        while let running = request, attempts < 1_000 {
            attempts += 1
            driver.answer(running, CoreDriver.passing("500"))
            #expect(driver.core.intakeBlock == nil)
            let actions = driver.take()
            result = actions.batches.first?.results.first
            request = result == nil ? driver.advance().requests.first : nil
        }
        guard case .failed(let failure)? = result?.outcome else {
            Issue.record("no failure after \(attempts) attempts")
            return
        }
        #expect(failure.code == .retriesExhausted)
        #expect(attempts > 5)
        #expect(driver.now <= .seconds(60))
    }

    @Test func `many customers that fail alike stop requests and intake, and a success of any starts the count again`()
        throws
    {
        let driver = CoreDriver { $0.maximumRequests = 10 }
        driver.assign()
        let requests = try (0..<10).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        for request in requests.prefix(4) { driver.answer(request, CoreDriver.passing()) }
        driver.answer(requests[4], .created(.created, CoreDriver.customer))
        for request in requests[5..<9] { driver.answer(request, CoreDriver.passing()) }
        #expect(driver.core.intakeBlock == nil)
        driver.answer(requests[9], CoreDriver.passing())
        #expect(driver.core.intakeBlock == .backend("503"))
        #expect(driver.take().paused == [CoreDriver.partition])
    }

    @Test func `what everybody meets fails nobody: one probe at a time, and the first good answer lets all go`() throws
    {
        let driver = CoreDriver()
        driver.assign()
        let first = try #require(driver.start(0, id: "a"))
        let second = try #require(driver.start(1, id: "b"))
        driver.answer(first, .systemic(reason: "unauthorized", message: "401"))
        driver.answer(second, .systemic(reason: "unauthorized", message: "401"))
        #expect(driver.take().requests.isEmpty)
        for _ in 0..<20 {
            let probes = driver.advance().requests
            try #require(probes.count == 1)
            #expect(probes[0].isProbe)
            driver.answer(probes[0], .systemic(reason: "unauthorized", message: "401"))
            #expect(driver.take().batches.isEmpty)
        }
        #expect(driver.now > driver.core.settings.retry.maximumElapsedTime)
        let last = try #require(driver.advance().requests.first)
        let actions = driver.succeed(last)
        #expect(driver.core.intakeBlock == nil)
        #expect(actions.batches.first?.results.count == 1)
        #expect(driver.core.requestCount == 1)
    }

    @Test func `a probe that fails in passing shows that what everybody met is over`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "poison"))
        driver.answer(request, .systemic(reason: "unauthorized", message: "401"))
        _ = driver.take()
        let probe = try #require(driver.advance().requests.first)
        driver.answer(probe, CoreDriver.passing("500"))
        #expect(driver.core.intakeBlock == nil)
        #expect(driver.take().resumed == [CoreDriver.partition])
    }

    @Test func `while the backend fails and nothing in flight can be the probe, single records are taken in`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.answer(request, .systemic(reason: "unauthorized", message: "401"))
        driver.core.partitionsLost([CoreDriver.partition])
        _ = driver.take()
        #expect(driver.core.table.count == 0)
        #expect(driver.assign(at: 0).paused == [CoreDriver.partition])
        // Not before the probe is due.
        #expect(driver.core.pollLimit == 64)
        #expect(driver.advance().resumed == [CoreDriver.partition])
        #expect(driver.now == .seconds(1))
        #expect(driver.core.pollLimit == 1)
        #expect(driver.core.intakeBlock == .backend("unauthorized"))
        #expect(driver.core.nextDeadline(at: driver.moment) == nil)
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        #expect(driver.core.pollLimit == 1)
        driver.receive(1, id: "a")
        let actions = driver.take()
        #expect(actions.paused == [CoreDriver.partition])
        let lookUps = try #require(actions.stores.first)
        driver.answer(lookUps)
        let probe = try #require(driver.take().requests.first)
        #expect(probe.isProbe)
        _ = driver.succeed(probe)
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `nobody's time runs out while the backend fails for everybody`() throws {
        let driver = CoreDriver()
        driver.assign()
        let slow = try #require(driver.start(0, id: "slow"))
        let other = try #require(driver.start(1, id: "other"))
        driver.now = .seconds(65)
        driver.answer(other, .systemic(reason: "unauthorized", message: "401"))
        driver.now = .seconds(70)
        driver.answer(slow, CoreDriver.passing())
        #expect(driver.take().batches.isEmpty)
        #expect(driver.core.table.count == 2)
    }

    @Test func `answers to requests from before the breaker opened neither close it nor make it wait longer`() throws {
        let driver = CoreDriver()
        driver.assign()
        let requests = try (0..<3).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        driver.answer(requests[0], .systemic(reason: "forbidden", message: "403"))
        driver.answer(requests[1], .created(.created, CoreDriver.customer))
        driver.answer(requests[2], .systemic(reason: "forbidden", message: "403"))
        #expect(driver.core.intakeBlock == .backend("forbidden"))
        #expect(driver.core.breaker.nextProbe == .seconds(1))
    }
}
