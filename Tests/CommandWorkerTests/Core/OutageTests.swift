import CustomerContract
import Testing

@testable import CommandWorker

/// Whose fault a failure is: what fails for all stops requests and fails no command, what fails for one stops no other.
@Suite struct OutageTests {
    private let blocked = BackendAnswer.systemic(reason: "forbidden", message: "403", scope: .perhapsOne)
    private let unauthorized = BackendAnswer.systemic(reason: "unauthorized", message: "401", scope: .allCommands)

    private func refused(_ message: String = "Tax rate is not active") -> BackendAnswer {
        .failed(
            CommandFailure(code: .rejected, message: message, httpStatus: 400),
            refusal: RefusalSignature(status: 400, code: "validation_error", message: message)
        )
    }

    /// Lets the core run against an API and a ledger that answer at once; the results with the times at which they
    /// were published.
    ///
    /// - Parameters:
    ///   - limit: when to stop at the latest.
    ///   - count: results after which to stop.
    @discardableResult
    private func run(
        _ driver: CoreDriver,
        until limit: Duration,
        results count: Int = .max,
        neutral: NeutralAnswer = .answered,
        answer: (BackendRequest) -> BackendAnswer
    ) -> [(result: CommandResult, at: Duration)] {
        var ended: [(CommandResult, Duration)] = []
        var actions = driver.take()
        while driver.now <= limit, ended.count < count {
            for batch in actions.stores { driver.answer(batch) }
            for request in actions.requests { driver.answer(request, answer(request)) }
            if actions.asksNeutral { driver.core.answered(neutral, at: driver.moment) }
            if let batch = actions.batches.first {
                ended += batch.results.map { ($0, driver.now) }
                driver.core.published(.published, at: driver.moment)
            }
            actions = driver.take()
            guard actions.isEmpty else { continue }
            guard let due = driver.core.nextDeadline(at: driver.moment), due <= limit else { break }
            driver.now = max(due, driver.now)
            actions = driver.take()
        }
        return ended
    }

    // MARK: Poison

    @Test func `one blocked command holds up the others for a second, and fails by itself at last`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(1) }
        driver.assign()
        driver.receive(0, id: "blocked")
        for offset in 1...10 as ClosedRange<Int64> { driver.receive(offset, id: "healthy-\(offset)") }
        let ended = self.run(driver, until: .seconds(300)) { request in
            request.command.externalID.text == "blocked" ? self.blocked : .created(.created, CoreDriver.customer)
        }
        #expect(ended.count == 11)
        #expect(ended.dropLast().allSatisfy { $0.at < .seconds(10) })
        guard case .failed(let failure)? = ended.last?.result.outcome else {
            Issue.record("the blocked command has no failure at \(driver.now)")
            return
        }
        #expect(failure.code == .retriesExhausted)
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `the first probe is of another command, also where the answer says that all would fail`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(1) }
        driver.assign()
        driver.receive(0, id: "poison")
        driver.receive(1, id: "healthy")
        driver.answer(try #require(driver.take().stores.first))
        driver.answer(try #require(driver.take().requests.first), self.unauthorized)
        let probe = try #require(driver.nextRequest())
        #expect(probe.command.externalID.text == "healthy")
        // Its claim was wrong: it stops nothing any more.
        driver.answer(probe, .created(.created, CoreDriver.customer))
        let again = try #require(driver.take().requests.first)
        #expect(driver.core.intakeBlock == nil)
        #expect(again.command.externalID.text == "poison")
        driver.answer(again, self.unauthorized)
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `a firewall's answer stops nothing while others succeed`() throws {
        let driver = CoreDriver()
        driver.assign()
        _ = driver.succeed(try #require(driver.start(0, id: "healthy")))
        _ = driver.published()
        driver.answer(try #require(driver.start(1, id: "blocked")), self.blocked)
        #expect(driver.core.intakeBlock == nil)
        #expect(driver.start(2, id: "other") != nil)
    }

    @Test func `a wrong key that a firewall's status tells of stops all, since all are hit`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(20) }
        driver.assign()
        _ = driver.succeed(try #require(driver.start(0, id: "before")))
        _ = driver.published()
        for number in 1...5 {
            guard let request = driver.start(Int64(number), id: "\(number)") else { break }
            driver.answer(request, self.blocked)
        }
        #expect(driver.core.intakeBlock == .backend("forbidden"))
    }

    @Test func `a table that is full of failing commands lets a fresh probe in`() throws {
        let driver = CoreDriver {
            $0.maximumInFlight = 6
            $0.live.requestLimit = .fixed(6)
        }
        driver.assign()
        for offset in 0..<6 as Range<Int64> { driver.receive(offset, id: "poison-\(offset)") }
        driver.answer(try #require(driver.take().stores.first))
        for request in driver.take().requests { driver.answer(request, CoreDriver.passing("500")) }
        #expect(driver.core.intakeBlock == .backend("500"))
        for _ in 0..<20 where driver.pollLimit != 1 {
            for request in driver.advance().requests { driver.answer(request, CoreDriver.passing("500")) }
        }
        #expect(driver.pollLimit == 1)
        driver.receive(6, id: "healthy")
        var healthy: BackendRequest?
        for _ in 0..<20 where healthy == nil {
            let actions = driver.advance()
            for batch in actions.stores { driver.answer(batch) }
            healthy = actions.requests.first { $0.command.externalID.text == "healthy" }
            for request in actions.requests where request.command.externalID.text != "healthy" {
                driver.answer(request, CoreDriver.passing("500"))
            }
        }
        _ = driver.succeed(try #require(healthy))
        #expect(driver.core.intakeBlock != .backend("500"))
    }

    // MARK: Refusals that all commands get

    @Test func `alike refusals of distinct ids make a trickle, and the first success restores the flow`() throws {
        let driver = CoreDriver {
            $0.breaker.refusals = 3
            $0.live.requestLimit = .fixed(8)
        }
        driver.assign()
        let first = try (0..<6).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        for request in first.prefix(3) { driver.answer(request, self.refused()) }
        #expect(driver.core.intakeBlock == .backend("refused_alike"))
        // Those under way are not judged by what all commands get.
        for request in first.suffix(3) { driver.answer(request, self.refused()) }
        #expect(driver.take().batches.isEmpty)
        let start = driver.now
        #expect(driver.advance().batches.first?.results.count == 3)
        driver.core.published(.published, at: driver.moment)
        let trickled = try (0..<2).map { _ in
            let request = try #require(driver.nextRequest())
            #expect(request.isProbe)
            driver.answer(request, self.refused())
            return driver.now
        }
        #expect(trickled == [start + .seconds(1), start + .seconds(2)])
        _ = driver.succeed(try #require(driver.nextRequest()))
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `refusals in other words, of one id, or with successes between are the commands' own`() throws {
        let driver = CoreDriver { $0.breaker.refusals = 3 }
        driver.assign()
        for number in 0..<12 {
            let request = try #require(driver.start(Int64(number), id: "\(number)"))
            switch number % 4 {
            case 3: _ = driver.succeed(request)
            default: driver.answer(request, self.refused(number % 4 == 2 ? "other" : "one"))
            }
            _ = driver.take()
            _ = driver.published()
            #expect(driver.core.intakeBlock == nil)
        }
    }

    @Test func `without the full validation refusals are never taken for all commands'`() throws {
        let driver = CoreDriver {
            $0.breaker.refusals = 3
            $0.validation = .envelope
        }
        driver.assign()
        for number in 0..<9 {
            driver.answer(try #require(driver.start(Int64(number), id: "\(number)")), self.refused())
            _ = driver.take()
            _ = driver.published()
        }
        #expect(driver.core.intakeBlock == nil)
        #expect(driver.core.counters.failed[.rejected] == 9)
    }

    // MARK: Waits that servers ask for

    @Test func `a wait asked of one command is bounded by the longest interval, and does not count`() throws {
        let driver = CoreDriver()
        driver.assign()
        _ = driver.succeed(try #require(driver.start(0, id: "healthy")))
        _ = driver.published()
        var request = try #require(driver.start(1, id: "a"))
        for attempt in 1...12 {
            #expect(request.attempt == attempt)
            driver.answer(request, CoreDriver.passing(after: .seconds(100_000)))
            let before = driver.now
            request = try #require(driver.nextRequest())
            #expect(driver.now - before >= .seconds(4) && driver.now - before <= .seconds(5))
        }
        _ = driver.succeed(request)
        #expect(driver.core.counters.failed.isEmpty)
    }

    @Test func `a hold for all is capped, lets one probe go when half of it has passed, and fails no command`() throws {
        let driver = CoreDriver { $0.live.retry.maximumHold = .seconds(40) }
        driver.assign()
        driver.answer(
            try #require(driver.start(0, id: "a")),
            CoreDriver.passing("http_429", after: .seconds(3_600), .overload)
        )
        let held = driver.take().reports
        guard case .backendAsksToWait(.seconds(40))? = held.first else { return #expect(Bool(false), "\(held)") }
        #expect(driver.start(1, id: "b") == nil)
        let probe = try #require(driver.nextRequest())
        #expect(driver.now == .seconds(20))
        driver.answer(probe, CoreDriver.passing("http_503"))
        let next = try #require(driver.nextRequest())
        #expect(driver.now >= .seconds(40) && driver.now <= .seconds(41))
        _ = driver.succeed(next)
        #expect(driver.core.counters.failed.isEmpty)
    }

    @Test func `a good answer to its probe ends a hold, and so do other settings`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(1) }
        driver.assign()
        let overload = CoreDriver.passing("http_429", after: .seconds(100), .overload)
        for (offset, id) in ["a", "b", "c", "d"].enumerated() { driver.receive(Int64(offset), id: id) }
        driver.answer(try #require(driver.take().stores.first))
        driver.answer(try #require(driver.take().requests.first), overload)
        #expect(driver.take().requests.isEmpty)
        let probe = try #require(driver.nextRequest())
        #expect(driver.now == .seconds(50))
        driver.answer(probe, .created(.created, CoreDriver.customer))
        let freed = driver.take().requests
        #expect(!freed.isEmpty)
        driver.answer(freed[0], overload)
        #expect(driver.take().requests.isEmpty)
        driver.core.reconfigure(driver.core.settings.live, at: driver.moment)
        #expect(!driver.take().requests.isEmpty)
    }

    // MARK: Low traffic

    @Test(arguments: [1, 2, 5])
    func `an outage longer than the time limit fails none of a few commands`(count: Int) throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(8) }
        driver.assign()
        for offset in 0..<count { driver.receive(Int64(offset), id: "\(offset)") }
        let during = self.run(driver, until: .seconds(600), neutral: .failed(reason: "http_502")) { _ in
            CoreDriver.passing("http_502")
        }
        #expect(during.isEmpty)
        #expect(driver.core.intakeBlock == .backend("http_502"))
        // It is over.
        let after = self.run(driver, until: .seconds(660)) { _ in .created(.created, CoreDriver.customer) }
        #expect(after.count == count)
        #expect(driver.core.counters.failed.isEmpty)
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `one bad command on a quiet night ends by its own time, and stops nothing`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "bad")
        let ended = self.run(driver, until: .seconds(120)) { _ in
            #expect(driver.core.intakeBlock == nil)
            return CoreDriver.passing("500")
        }
        guard let last = ended.last, case .failed(let failure) = last.result.outcome else {
            Issue.record("no result at \(driver.now)")
            return
        }
        #expect(failure.code == .retriesExhausted)
        #expect(last.at >= .seconds(50) && last.at <= .seconds(65))
    }

    @Test func `silence is never one command's fault`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "quiet")
        let ended = self.run(driver, until: .seconds(600)) { _ in
            CoreDriver.passing("timeout", isInDoubt: true, .silence)
        }
        #expect(ended.isEmpty)
        #expect(driver.core.intakeBlock == .backend("timeout"))
    }
}

extension [WorkerAction] {
    var asksNeutral: Bool { self.contains { if case .askNeutral = $0 { true } else { false } } }
}
