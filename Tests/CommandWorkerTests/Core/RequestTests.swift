import CustomerContract
import Testing

@testable import CommandWorker

@Suite struct RequestTests {
    @Test func `no more requests run than may, and of one customer one`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(2) }
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

    @Test func `many customers that fail alike, without a success between, stop requests and intake`() throws {
        let driver = CoreDriver {
            $0.live.requestLimit = .fixed(20)
            // Of the share in the window this one says nothing.
            $0.breaker.failureRatio = 1
        }
        driver.assign()
        let requests = try (0..<10).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        for request in requests.prefix(4) { driver.answer(request, CoreDriver.passing()) }
        driver.answer(requests[4], .created(.created, CoreDriver.customer))
        for request in requests[5..<9] { driver.answer(request, CoreDriver.passing()) }
        #expect(driver.core.intakeBlock == nil)
        driver.answer(requests[9], CoreDriver.passing())
        #expect(driver.core.intakeBlock == .backend("500"))
        #expect(driver.take().paused == [CoreDriver.partition])
    }

    @Test func `most of a window failing stops requests, though some succeed`() throws {
        let driver = CoreDriver {
            $0.live.requestLimit = .fixed(100)
            $0.breaker.minimumRequests = 20
        }
        driver.assign()
        var answered = 0
        while driver.core.intakeBlock == nil, answered < 60 {
            let request = try #require(driver.start(Int64(answered), id: "\(answered)"))
            // Every third one succeeds.
            driver.answer(
                request,
                answered % 3 == 2 ? .created(.created, CoreDriver.customer) : CoreDriver.passing("502")
            )
            answered += 1
        }
        #expect(answered == 20)
        #expect(driver.core.intakeBlock == .backend("502"))
        let reports = driver.take().reports
        guard case .backendFails("502", _)? = reports.first else {
            Issue.record("\(reports)")
            return
        }
    }

    @Test func `what everybody meets fails nobody: one probe at a time, and the first good answer lets all go`() throws
    {
        let driver = CoreDriver()
        driver.assign()
        let first = try #require(driver.start(0, id: "a"))
        let second = try #require(driver.start(1, id: "b"))
        driver.answer(first, .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
        driver.answer(second, .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
        #expect(driver.take().requests.isEmpty)
        for _ in 0..<20 {
            let probes = driver.advance().requests
            try #require(probes.count == 1)
            #expect(probes[0].isProbe)
            driver.answer(probes[0], .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
            #expect(driver.take().batches.isEmpty)
        }
        #expect(driver.now > driver.core.settings.live.retry.maximumElapsedTime)
        let last = try #require(driver.advance().requests.first)
        let actions = driver.succeed(last)
        #expect(driver.core.intakeBlock == nil)
        #expect(actions.batches.first?.results.count == 1)
        // The other one was a probe itself, so it goes after a wait of its own.
        #expect(driver.nextRequest()?.isProbe == false)
    }

    @Test func `a probe that fails in passing shows that what everybody met is over`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "poison"))
        driver.answer(request, .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
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
        driver.answer(request, .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
        driver.core.partitionsLost([CoreDriver.partition])
        _ = driver.take()
        #expect(driver.core.lanes.count == 0)
        #expect(driver.assign(at: 0).paused == [CoreDriver.partition])
        // Not before the probe is due.
        #expect(driver.pollLimit == 64)
        #expect(driver.advance().resumed == [CoreDriver.partition])
        #expect(driver.now == .seconds(1))
        #expect(driver.pollLimit == 1)
        #expect(driver.core.intakeBlock == .backend("unauthorized"))
        #expect(driver.core.nextDeadline(at: driver.moment) == nil)
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        #expect(driver.pollLimit == 1)
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
        driver.answer(other, .systemic(reason: "unauthorized", message: "401", scope: .allCommands))
        driver.now = .seconds(70)
        driver.answer(slow, CoreDriver.passing())
        #expect(driver.take().batches.isEmpty)
        #expect(driver.core.lanes.count == 2)
    }

    @Test func `answers to requests from before the breaker opened neither close it nor make it wait longer`() throws {
        let driver = CoreDriver()
        driver.assign()
        let requests = try (0..<3).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        driver.answer(requests[0], .systemic(reason: "forbidden", message: "403", scope: .allCommands))
        driver.answer(requests[1], .created(.created, CoreDriver.customer))
        driver.answer(requests[2], .systemic(reason: "forbidden", message: "403", scope: .allCommands))
        #expect(driver.core.intakeBlock == .backend("forbidden"))
        #expect(driver.core.requests.gate.nextProbe == .seconds(1))
    }

    @Test func `three refused connections in a row stop requests, and a lone command's time stands still`() throws {
        let driver = CoreDriver()
        driver.assign()
        var request = try #require(driver.start(0, id: "a"))
        for attempt in 1...3 {
            #expect(driver.core.intakeBlock == nil, "attempt \(attempt)")
            driver.answer(request, CoreDriver.passing("not_connected", .unreachable))
            if attempt < 3 { request = try #require(driver.nextRequest()) }
        }
        #expect(driver.core.intakeBlock == .backend("not_connected"))
        for _ in 0..<20 {
            let probe = try #require(driver.nextRequest())
            driver.answer(probe, CoreDriver.passing("not_connected", .unreachable))
        }
        #expect(driver.now > driver.core.settings.live.retry.maximumElapsedTime)
        #expect(driver.take().batches.isEmpty)
        let probe = try #require(driver.nextRequest())
        let actions = driver.succeed(probe)
        #expect(actions.batches.first?.results.count == 1)
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `a failure on the way is no refused connection`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(10) }
        driver.assign()
        let requests = try (0..<4).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        driver.answer(requests[0], CoreDriver.passing("not_connected", .unreachable))
        driver.answer(requests[1], CoreDriver.passing("not_connected", .unreachable))
        driver.answer(requests[2], CoreDriver.passing("http_500"))
        driver.answer(requests[3], CoreDriver.passing("not_connected", .unreachable))
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `a crowd that hears nothing for a window stops requests, and any answer lets them go`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(8) }
        driver.assign()
        let hanging = try (0..<8).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        driver.receive(8, id: "8")
        if let batch = driver.take().stores.first { driver.answer(batch) }
        #expect(driver.take().requests.isEmpty)
        #expect(driver.advance().requests.isEmpty)
        #expect(driver.now == .seconds(10))
        #expect(driver.core.intakeBlock == .backend("no_answer"))
        // The probe goes although every place is taken, and it is not waited for as long as for others.
        let probe = try #require(driver.advance().requests.first)
        #expect(driver.now == .seconds(11))
        #expect(probe.patience == .seconds(5))
        #expect(probe.command.externalID.text == "8")
        driver.now = .seconds(12)
        driver.answer(hanging[0], CoreDriver.passing("http_500"))
        #expect(driver.core.intakeBlock == nil)
        // The seven that still hang hold no place.
        driver.now = .seconds(20)
        for id in 9..<15 { driver.receive(Int64(id), id: "\(id)") }
        if let batch = driver.take().stores.first { driver.answer(batch) }
        #expect(driver.take().requests.count == 6)
        for request in hanging.dropFirst() { driver.answer(request, CoreDriver.passing("unknown_outcome", .silence)) }
        #expect(driver.core.requests.count == driver.core.requests.slotCount)
    }

    @Test func `slow answers are no silence`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(8) }
        driver.assign()
        var hanging = try (0..<8).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        for turn in 0..<20 {
            driver.now += .seconds(9)
            _ = driver.succeed(hanging.removeFirst())
            hanging.append(try #require(driver.start(Int64(8 + turn), id: "\(8 + turn)")))
            #expect(driver.core.intakeBlock == nil)
        }
    }

    @Test func `where most fail and not certainly all, the probe is a command that has not failed, fetched if need be`()
        throws
    {
        let driver = CoreDriver()
        driver.assign()
        for offset in 0..<5 {
            let request = try #require(driver.start(Int64(offset), id: "poison-\(offset)"))
            driver.answer(request, CoreDriver.passing("http_500"))
        }
        #expect(driver.core.intakeBlock == .backend("http_500"))
        _ = driver.take()
        // One record at a time, before the first probe is due.
        #expect(driver.pollLimit == 1)
        #expect(driver.start(5, id: "healthy") == nil)
        let probe = try #require(driver.nextRequest())
        #expect(probe.command.externalID.text == "healthy")
        #expect(probe.isProbe)
        driver.answer(probe, .created(.created, CoreDriver.customer))
        #expect(driver.core.intakeBlock == nil)
    }

    @Test(arguments: [2, 10, 50])
    func `a crowd that fails by itself does not hold up the others, and gives up in the end`(perSecond: Int) {
        let driver = CoreDriver {
            $0.live.requestLimit = .fixed(64)
            $0.breaker.minimumRequests = 20
            $0.live.retry.maximumInterval = .seconds(30)
        }
        driver.assign()
        let poison = 60
        var waiting = (0..<poison).map { "poison-\($0)" }
        var offset: Int64 = 0
        var (arrived, done, gaveUp) = (0, 0, 0)
        for step in 0..<(600 * 10) {
            driver.now = .milliseconds(100 * step)
            while arrived < step * perSecond / 10 {
                waiting.append("acct_\(arrived)")
                arrived += 1
            }
            // As often as there is something to do at this moment.
            for _ in 0..<20 {
                var polled = driver.pollLimit == 64 ? 0 : driver.pollLimit
                while polled > 0, !waiting.isEmpty {
                    driver.receive(offset, id: waiting.removeFirst())
                    offset += 1
                    polled -= 1
                }
                let actions = driver.take()
                if actions.isEmpty { break }
                for batch in actions.stores { driver.answer(batch) }
                for request in actions.requests {
                    let isPoison = request.command.externalID.text.hasPrefix("poison")
                    driver.answer(
                        request,
                        isPoison ? CoreDriver.passing("http_500") : .created(.created, CoreDriver.customer)
                    )
                }
                for batch in actions.batches {
                    for result in batch.results {
                        if case .failed = result.outcome { gaveUp += 1 } else { done += 1 }
                    }
                    driver.core.published(.published, at: driver.moment)
                }
            }
        }
        // Within seconds of their arrival, a little more while all of the crowd is tried at once.
        #expect(done >= arrived - perSecond * 20)
        #expect(gaveUp == poison)
    }

    // MARK: Doubt, overload, limits

    @Test func `a customer that is there after an unknown outcome is told`() throws {
        let driver = CoreDriver()
        driver.assign()
        let first = try #require(driver.start(0, id: "a"))
        driver.answer(first, CoreDriver.passing("unknown_outcome", isInDoubt: true, .silence))
        guard case .outcomeUnknown(_, let customer, "unknown_outcome")? = driver.take().reports.first else {
            Issue.record("not reported")
            return
        }
        #expect(customer.text == "a")
        let second = try #require(driver.advance().requests.first)
        driver.answer(second, .created(.existing, CoreDriver.customer), requests: 2)
        guard case .duplicateAfterUnknown(_, customer)? = driver.take().reports.first else {
            Issue.record("not reported")
            return
        }
    }

    @Test func `a customer that is there without any doubt before is not told`() throws {
        let driver = CoreDriver()
        driver.assign()
        let first = try #require(driver.start(0, id: "a"))
        driver.answer(first, CoreDriver.passing("http_500"))
        let second = try #require(driver.advance().requests.first)
        driver.answer(second, .created(.existing, CoreDriver.customer), requests: 2)
        #expect(driver.take().reports.isEmpty)
    }

    @Test func `a rate limit spreads requests, and look-ups count too`() throws {
        let driver = CoreDriver {
            $0.live.requestLimit = .fixed(100)
            $0.live.rateLimit = 10
        }
        driver.assign()
        for offset in 0..<30 { driver.receive(Int64(offset), id: "\(offset)") }
        let batch = try #require(driver.take().stores.first)
        driver.answer(batch)
        var sent: [Duration] = []
        var first: BackendRequest?
        while sent.count < 30, driver.now < .seconds(60) {
            let requests = (sent.isEmpty ? driver.take() : driver.advance()).requests
            first = first ?? requests.first
            sent += requests.map { _ in driver.now }
        }
        #expect(sent.count == 30)
        for (index, time) in sent.enumerated() { #expect(time >= .milliseconds(100) * index) }
        #expect(driver.now < .seconds(3))
        // A 409 that took four look-ups costs as many tokens.
        driver.answer(try #require(first), .created(.existing, CoreDriver.customer), requests: 5)
        let before = driver.now
        driver.receive(30, id: "late")
        driver.answer(try #require(driver.take().stores.first))
        var late = driver.take().requests
        while late.isEmpty, driver.now < before + .seconds(10) { late = driver.advance().requests }
        #expect(driver.now - before >= .milliseconds(400))
    }

    @Test func `other limits take effect at once, and lower ones as requests end`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(4) }
        driver.assign()
        let running = try (0..<4).map { try #require(driver.start(Int64($0), id: "\($0)")) }
        for offset in 4..<20 { driver.receive(Int64(offset), id: "\(offset)") }
        driver.answer(try #require(driver.take().stores.first))
        #expect(driver.take().requests.isEmpty)
        driver.core.reconfigure(LiveSettings(requestLimit: .fixed(6)), at: driver.moment)
        #expect(driver.take().requests.count == 2)
        driver.core.reconfigure(LiveSettings(requestLimit: .fixed(2)), at: driver.moment)
        for request in running { driver.answer(request, .created(.created, CoreDriver.customer)) }
        #expect(driver.take().requests.isEmpty)
        driver.core.reconfigure(LiveSettings(requestLimit: .fixed(100), rateLimit: 1), at: driver.moment)
        #expect(driver.take().requests.count == 1)
        driver.core.reconfigure(
            LiveSettings(retry: RetryPolicy(initialInterval: .milliseconds(7)), requestLimit: .fixed(100)),
            at: driver.moment
        )
        #expect(driver.take().requests.count == 13)
        #expect(driver.core.settings.live.retry.initialInterval == .milliseconds(7))
    }
}
