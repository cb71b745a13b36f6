import CustomerContract
import Testing

@testable import CommandWorker

/// ``RequestLine`` alone.
///
/// 1. At most as many requests are under way as the limit says, in the order in which commands came; a rate spreads
///    them.
/// 2. A failure that passes is tried again after its wait, and ends its command when it is its own and its time is
///    over.
/// 3. What all share, and what a server asks to wait, never counts against a command.
/// 4. While requests are stopped one goes at a time, outside the limit.
/// 5. A command whose partition leaves is not tried again here.
@Suite struct RequestLineTests {
    /// A line with lanes and partitions as it needs them, and a clock in the hand.
    private struct Bench {
        var line: RequestLine
        var lanes = Lanes()
        var partitions = Partitions.holding()
        var now: Duration = .zero
        var added: Int64 = 0

        init(limit: Int = 2, rate: Double? = nil, refusals: Int = 20, maximumHold: Duration = .seconds(60)) {
            let retry = RetryPolicy(
                initialInterval: .seconds(1),
                maximumInterval: .seconds(4),
                maximumElapsedTime: .seconds(60),
                maximumHold: maximumHold
            )
            self.line = RequestLine(
                retry,
                limit: .fixed(limit),
                rate: rate,
                breaker: BreakerSettings(
                    minimumRequests: 5,
                    refusals: refusals,
                    probeWaits: .seconds(1) ... .seconds(8)
                ),
                judgesRefusals: true,
                seed: 1
            )
        }

        /// Takes commands in, each with a lane of its own.
        mutating func add(_ ids: String...) {
            for id in ids {
                self.lanes.admit(.logged(self.added, id: id))
                self.added += 1
                for ticket in self.lanes.startAll() { self.line.add(ticket, &self.lanes) }
            }
        }

        /// Every request that goes now.
        mutating func send() -> [BackendRequest] {
            self.line.advance(&self.lanes, at: self.now)
            var sent: [BackendRequest] = []
            while let request = self.line.next(&self.lanes, at: self.now) { sent.append(request) }
            return sent
        }

        /// The next request, at the time at which it goes.
        mutating func sendNext() throws -> BackendRequest {
            for _ in 0..<100 {
                if let request = self.send().first { return request }
                self.now = try #require(self.line.due(at: self.now))
            }
            throw Stuck()
        }

        mutating func answer(_ request: BackendRequest, _ answer: BackendAnswer, requests: Int = 1) -> String {
            let reply = BackendReply(answer, requests: requests)
            switch self.line.answered(request.ticket, reply, &self.lanes, self.partitions, at: self.now) {
            case .created: return "created"
            case .unchanged: return "unchanged"
            case .failed(let failure): return "failed \(failure.code.rawValue)"
            case .givenUp: return "given up"
            case .waits: return "waits"
            }
        }
    }

    private struct Stuck: Error {}

    private let success = BackendAnswer.created(.created, CoreDriver.customer)
    private let passing = CoreDriver.passing("http_500")
    private let unauthorized = BackendAnswer.systemic(reason: "http_401", message: "401", scope: .allCommands)

    private func refusal(_ words: String = "Tax rate is not active") -> BackendAnswer {
        .failed(
            CommandFailure(code: .rejected, message: words, httpStatus: 400),
            refusal: RefusalSignature(status: 400, code: "validation_error", message: words)
        )
    }

    // MARK: 1. The limits

    @Test func `requests go in the order in which commands came, up to the limit`() {
        var bench = Bench(limit: 2)
        bench.add("a", "b", "c")
        let first = bench.send()
        #expect(first.ids == ["a", "b"])
        #expect([bench.line.count, bench.line.slotCount, bench.line.waitingCount] == [2, 2, 1])
        #expect(bench.answer(first[1], self.success) == "created")
        #expect(bench.send().ids == ["c"])
    }

    @Test func `requests go no faster than the rate, and look-ups are charged to it`() throws {
        var bench = Bench(limit: 10, rate: 2)
        bench.add("a", "b", "c")
        let first = try bench.sendNext()
        #expect(bench.now == .zero)
        _ = bench.answer(first, self.success, requests: 2)
        _ = try bench.sendNext()
        // Rounded up to the next microsecond.
        #expect(bench.now >= .seconds(1) && bench.now <= .microseconds(1_000_010))
        _ = try bench.sendNext()
        #expect(bench.now >= .milliseconds(1_500) && bench.now <= .microseconds(1_500_010))
    }

    @Test func `a command that has left while it waited is dropped when its turn comes`() throws {
        var bench = Bench()
        bench.add("a", "b")
        bench.lanes.abandonIdle { $0.command?.externalID.text == "a" }
        #expect(bench.send().ids == ["b"])
        #expect(bench.line.waitingCount == 0)
    }

    @Test func `an answer to an abandoned command's request frees its place`() throws {
        var bench = Bench(limit: 1)
        bench.add("a", "b")
        let request = try bench.sendNext()
        bench.lanes.abandon([AssignmentID(value: 0)])
        #expect(bench.answer(request, self.success) == "created")
        #expect([bench.line.count, bench.line.slotCount] == [0, 0])
    }

    @Test func `another limit is in force from the next request on`() {
        var bench = Bench(limit: 1)
        bench.add("a", "b", "c")
        #expect(bench.send().count == 1)
        bench.line.reconfigure(RetryPolicy(), limit: .fixed(3), rate: nil, at: .zero)
        #expect(bench.send().count == 2)
    }

    // MARK: 2. Retries

    @Test func `a failure that passes is tried again within its wait, and attempts are counted`() throws {
        var bench = Bench()
        bench.add("a")
        for attempt in 1...4 {
            let before = bench.now
            let request = try bench.sendNext()
            #expect(request.attempt == attempt)
            #expect(bench.now - before <= .seconds(4))
            #expect(bench.answer(request, self.passing) == "waits")
            #expect(bench.lanes[request.ticket]?.stage == .backingOff)
        }
        #expect(bench.line.retries == ["http_500": 4])
    }

    @Test func `a command fails when its own time is over, and not before`() throws {
        var bench = Bench()
        bench.add("bad")
        var verdict = "waits"
        while verdict == "waits" {
            verdict = bench.answer(try bench.sendNext(), self.passing)
            // Others succeed all the while.
            bench.add("good-\(bench.added)")
            for request in bench.send() where request.command.externalID.text != "bad" {
                #expect(bench.answer(request, self.success) == "created")
            }
        }
        #expect(verdict == "failed retries_exhausted")
        #expect(bench.now >= .seconds(50) && bench.now <= .seconds(60))
    }

    @Test func `a refusal ends its command at once`() throws {
        var bench = Bench()
        bench.add("a")
        #expect(bench.answer(try bench.sendNext(), self.refusal()) == "failed rejected")
        #expect(bench.line.backingOffCount == 0)
    }

    @Test func `a customer that is there after an unknown outcome is told`() throws {
        var bench = Bench()
        bench.add("a")
        _ = bench.answer(try bench.sendNext(), CoreDriver.passing("reset", isInDoubt: true))
        #expect(bench.answer(try bench.sendNext(), .created(.existing, CoreDriver.customer)) == "created")
        #expect(bench.line.takeReports().count == 2)
        #expect(bench.line.takeReports().isEmpty)
    }

    // MARK: 3. What does not count

    @Test func `a failure that no success contradicts fails no command, however long it lasts`() throws {
        var bench = Bench()
        bench.add("a", "b")
        while bench.now < .seconds(3_600) {
            for request in bench.send() { #expect(bench.answer(request, self.passing) == "waits") }
            bench.now = try #require(bench.line.due(at: bench.now))
        }
        #expect(bench.line.gate.reason == "http_500")
    }

    @Test func `a wait that a server asks of one command is bounded by the longest interval, and does not count`()
        throws
    {
        var bench = Bench()
        bench.add("bad", "good")
        for request in bench.send() {
            _ = bench.answer(
                request,
                request.command.externalID.text == "good" ? self.success : CoreDriver.passing(after: .seconds(100_000))
            )
        }
        for _ in 0..<20 {
            let before = bench.now
            let request = try bench.sendNext()
            #expect(bench.now - before >= .seconds(4) && bench.now - before <= .seconds(5))
            #expect(bench.answer(request, CoreDriver.passing(after: .seconds(100_000))) == "waits")
        }
        #expect(bench.now > .seconds(60))
    }

    @Test func `a hold does not count, for those that wait as little as for the one that met it`() throws {
        var bench = Bench()
        bench.add("a", "b")
        let sent = bench.send()
        #expect(bench.answer(sent[0], CoreDriver.passing("http_429", after: .seconds(3_600), .overload)) == "waits")
        #expect(bench.answer(sent[1], self.passing) == "waits")
        // The only request within the hold is its probe, at its half.
        let probe = try bench.sendNext()
        #expect(bench.now == .seconds(30))
        #expect(bench.answer(probe, self.passing) == "waits")
        _ = try bench.sendNext()
        #expect(bench.now >= .seconds(60))
        #expect(bench.line.gate.activeTime(at: .seconds(60)) == .zero)
    }

    @Test func `a hold that is lifted early is over for the command that met it as well`() throws {
        for isByOperator in [true, false] {
            // As long as the longest interval, so that its own wait would be as long as the hold.
            var bench = Bench()
            bench.add("a", "b")
            let sent = bench.send()
            let overload = CoreDriver.passing("http_429", after: .seconds(4), .overload)
            #expect(bench.answer(sent[0], overload) == "waits")
            #expect(bench.answer(sent[1], self.success) == "created")
            if isByOperator {
                bench.now = .seconds(1)
                bench.line.reconfigure(RetryPolicy(), limit: .fixed(8), rate: nil, at: bench.now)
            } else {
                bench.add("probe")
                let probe = try bench.sendNext()
                #expect(bench.now == .seconds(2))
                #expect(bench.answer(probe, self.success) == "created")
            }
            let lifted = bench.now
            let again = try bench.sendNext()
            #expect(again.command.externalID.text == "a")
            // Its own part: at most the first interval.
            #expect(bench.now - lifted <= .seconds(1))
        }
    }

    @Test func `what a server asks of all beyond the longest hold does not count either`() throws {
        var bench = Bench(maximumHold: .seconds(1))
        bench.add("bad")
        for number in 0..<30 {
            let request = try bench.sendNext()
            let overload = CoreDriver.passing("http_429", after: .seconds(4), .overload)
            #expect(bench.answer(request, overload) == "waits")
            // Others succeed all the while, when the hold is over.
            bench.now += .seconds(1)
            bench.add("good-\(number)")
            for other in bench.send() { #expect(bench.answer(other, self.success) == "created") }
        }
        // Thirty waits of four seconds each, twice the command's time.
        #expect(bench.now >= .seconds(100))
    }

    @Test func `requests beyond the first of an attempt are counted for its command`() throws {
        var bench = Bench()
        bench.add("a")
        let first = try bench.sendNext()
        #expect(bench.answer(first, self.passing, requests: 7) == "waits")
        #expect(bench.answer(try bench.sendNext(), self.refusal(), requests: 2) == "failed rejected")
        let command = try #require(bench.lanes[first.ticket])
        #expect([command.attempts, command.requests] == [2, 9])
    }

    @Test func `while all are refused alike only requests of the trickle are judged`() throws {
        var bench = Bench(limit: 4, refusals: 2)
        bench.add("a", "b", "c", "d", "e")
        let sent = bench.send()
        #expect(bench.answer(sent[0], self.refusal()) == "failed rejected")
        #expect(bench.answer(sent[1], self.refusal()) == "failed rejected")
        #expect(bench.answer(sent[2], self.refusal()) == "waits")
        // In other words it is this command's own.
        #expect(bench.answer(sent[3], self.refusal("name is too long")) == "failed rejected")
        let trickled = try bench.sendNext()
        #expect(bench.now == .seconds(1))
        #expect(bench.answer(trickled, self.refusal()) == "failed rejected")
        let next = try bench.sendNext()
        #expect(bench.now == .seconds(2))
        #expect(bench.answer(next, self.success) == "created")
    }

    @Test func `a trickle keeps to the limit on requests`() throws {
        var bench = Bench(limit: 2, refusals: 2)
        bench.add("a", "b", "c", "d", "e")
        let first = bench.send()
        #expect(bench.answer(first[0], self.refusal()) == "failed rejected")
        let second = bench.send()
        #expect(bench.answer(second[0], self.refusal()) == "failed rejected")
        // One of the crowd is still under way: of two places one is left.
        #expect(bench.line.slotCount == 1)
        _ = try bench.sendNext()
        bench.now += .seconds(5)
        #expect(bench.send().isEmpty)
        #expect(bench.line.slotCount == 2)
    }

    // MARK: 4. Stops

    @Test func `what fails for all goes back to the head, and the only request is a probe of another`() throws {
        var bench = Bench(limit: 1)
        bench.add("a", "b")
        #expect(bench.answer(try bench.sendNext(), self.unauthorized) == "waits")
        let probe = try bench.sendNext()
        #expect(bench.now == .seconds(1))
        #expect(probe.command.externalID.text == "b")
        #expect(probe.isProbe)
        #expect(probe.patience == Breaker.probePatience)
        #expect(bench.send().isEmpty)
        #expect(bench.answer(probe, self.success) == "created")
        #expect(bench.send().ids == ["a"])
    }

    @Test func `a probe that is out stays one when another stop ends meanwhile`() throws {
        var bench = Bench(limit: 4, refusals: 2)
        bench.add("a", "b", "c", "d", "e")
        let sent = bench.send()
        #expect(bench.answer(sent[0], self.refusal()) == "failed rejected")
        #expect(bench.answer(sent[1], self.refusal()) == "failed rejected")
        #expect(bench.answer(sent[2], self.unauthorized) == "waits")
        let probe = try bench.sendNext()
        #expect(probe.isProbe && probe.command.externalID.text == "e")
        // The first success ends the trickle, and not what the key is refused for.
        #expect(bench.answer(sent[3], self.success) == "created")
        #expect(bench.send().isEmpty)
        #expect(bench.answer(probe, self.success) == "created")
        #expect(bench.send().ids == ["c"])
    }

    @Test func `a probe goes although every place is taken by requests that hang`() throws {
        var bench = Bench(limit: 8)
        bench.add("0", "1", "2", "3", "4", "5", "6", "7", "8")
        let hanging = bench.send()
        #expect(hanging.count == 8)
        let probe = try bench.sendNext()
        #expect(bench.line.gate.reason == "no_answer")
        #expect(probe.isProbe)
        #expect(bench.line.count == 9)
        // Those that hung no longer count, nor when they end at last.
        #expect(bench.line.slotCount == 1)
        #expect(bench.answer(hanging[0], CoreDriver.passing("timeout", isInDoubt: true, .silence)) == "waits")
        #expect(bench.line.slotCount == 1)
    }

    @Test func `commands that failed do not go all at once when requests flow again`() throws {
        var bench = Bench(limit: 10)
        bench.add("0", "1", "2", "3", "4")
        for request in bench.send() { _ = bench.answer(request, self.passing) }
        #expect(bench.line.gate.reason == "http_500")
        bench.add("fresh")
        bench.now = .seconds(20)
        let probe = try bench.sendNext()
        #expect(probe.command.externalID.text == "fresh")
        _ = bench.answer(probe, self.success)
        #expect(bench.send().isEmpty)
        #expect(bench.line.backingOffCount == 5)
    }

    @Test func `a probe is at hand only if a command waits that can be it`() throws {
        var bench = Bench(limit: 1)
        bench.add("a")
        let request = try bench.sendNext()
        #expect(!bench.line.hasProbe(bench.lanes))
        _ = bench.answer(request, self.unauthorized)
        #expect(bench.line.hasProbe(bench.lanes))
        for _ in 0..<2 { _ = bench.answer(try bench.sendNext(), self.unauthorized) }
        // After two that failed one that has not is wanted.
        #expect(!bench.line.hasProbe(bench.lanes))
        bench.add("b")
        #expect(bench.line.hasProbe(bench.lanes))
    }

    // MARK: 5. Partitions that leave

    @Test func `a command of a partition that leaves is given up instead of tried again`() throws {
        for answer in [self.passing, self.unauthorized] {
            var bench = Bench()
            bench.add("a")
            let request = try bench.sendNext()
            _ = bench.partitions.revoked([CoreDriver.partition], at: .zero)
            #expect(bench.answer(request, answer) == "given up")
        }
    }

    @Test func `a success of a partition that leaves is remembered all the same`() throws {
        var bench = Bench()
        bench.add("a")
        let request = try bench.sendNext()
        _ = bench.partitions.revoked([CoreDriver.partition], at: .zero)
        #expect(bench.answer(request, self.success) == "created")
    }
}

extension [BackendRequest] {
    fileprivate var ids: [String] { self.map(\.command.externalID.text) }
}
