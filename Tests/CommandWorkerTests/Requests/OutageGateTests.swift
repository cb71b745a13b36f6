import CustomerContract
import Testing

@testable import CommandWorker

/// ``OutageGate`` alone.
///
/// 1. While requests are stopped only probes go, one at a time; after two that failed, one of a command that has not
///    failed yet.
/// 2. The time in which requests are stopped never counts.
/// 3. Customers count and not attempts: one that fails by itself stops none of the others for good.
/// 4. Where too few fail to tell by their number, a neutral request tells.
/// 5. Silence of a crowd stops requests, and any answer ends it.
/// 6. Refusals that all get make a trickle; a hold is as long as was asked for, up to its bound.
@Suite struct OutageGateTests {
    private func gate(refusals: Int = 20) -> OutageGate {
        OutageGate(
            BreakerSettings(
                window: .seconds(10),
                minimumRequests: 5,
                refusals: refusals,
                probeWaits: .seconds(1) ... .seconds(8)
            )
        )
    }

    /// A gate that a wrong key has closed at time zero.
    private func closedForAll() -> OutageGate {
        var gate = self.gate()
        #expect(gate.failedForAll("a", at: .zero) == ["stopped http_401"])
        return gate
    }

    // MARK: 1. Stops and probes

    @Test func `requests flow until as many customers fail as tell`() {
        var gate = self.gate()
        for number in 1...4 { #expect(gate.fails("\(number)", at: .zero).isEmpty) }
        #expect(gate.passage(at: .zero) == .flow)
        #expect(gate.fails("5", at: .zero) == ["stopped http_500"])
        #expect(gate.reason == "http_500")
        #expect(gate.passage(at: .zero) == .stop)
    }

    @Test func `three refused connections in a row stop requests, with an answer between they do not`() {
        var gate = self.gate()
        for _ in 0..<2 { #expect(gate.fails("a", .unreachable, at: .zero).isEmpty) }
        #expect(gate.fails("b", at: .zero).isEmpty)
        for _ in 0..<2 { #expect(gate.fails("a", .unreachable, at: .zero).isEmpty) }
        #expect(gate.fails("a", .unreachable, at: .zero) == ["stopped http_500"])
    }

    @Test func `one probe goes at a time, and the wait for the next one doubles up to its bound`() {
        var gate = self.closedForAll()
        var now = Duration.seconds(1)
        for wait in [2, 4, 8, 8] {
            #expect(gate.passage(at: now - .milliseconds(1)) == .stop)
            #expect(gate.passage(at: now) != .stop)
            #expect(gate.sendProbe(at: now) == Breaker.probePatience)
            #expect(gate.passage(at: now + .seconds(100)) == .stop)
            #expect(gate.failedForAll("a", wasProbe: true, at: now) == [])
            now += .seconds(wait)
            #expect(gate.nextProbe == now)
        }
    }

    @Test func `one of many probes may take its time, so that a slow backend is found to be well`() {
        var gate = self.closedForAll()
        var patient = 0
        for _ in 0..<16 {
            guard let now = gate.nextProbe else {
                Issue.record("no probe is due")
                return
            }
            if gate.sendProbe(at: now) == nil { patient += 1 }
            _ = gate.failedForAll("a", wasProbe: true, at: now)
        }
        #expect(patient == 2)
    }

    @Test func `after a failed probe a command that has not failed yet is to be fetched`() {
        var gate = self.closedForAll()
        for isFresh in [false, true, true] {
            guard let now = gate.nextProbe else {
                Issue.record("no probe is due")
                return
            }
            #expect(gate.passage(at: now) == .probe)
            #expect(gate.needsFresh == isFresh)
            #expect(gate.seeksProbe(isSeeking: false, at: now))
            _ = gate.sendProbe(at: now)
            _ = gate.failedForAll("a", wasProbe: true, at: now)
        }
    }

    @Test func `a command that has not failed yet is to be fetched at once when requests are stopped again`() {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        _ = gate.succeeds("a", wasProbe: true, at: .seconds(1))
        _ = gate.failedForAll("b", at: .seconds(2))
        #expect(gate.passage(at: .seconds(4)) == .probe)
        #expect(gate.needsFresh)
    }

    @Test func `a probe that was lost makes room for the next one`() throws {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        #expect(gate.nextProbe == nil)
        gate.probeWasLost()
        let due = try #require(gate.nextProbe)
        #expect(gate.passage(at: due) != .stop)
    }

    @Test func `an answer to a request from before does not open it, one to a probe does`() {
        var gate = self.closedForAll()
        #expect(gate.succeeds("b", at: .milliseconds(500)).isEmpty)
        _ = gate.sendProbe(at: .seconds(1))
        #expect(gate.succeeds("b", wasProbe: true, at: .seconds(2)) == ["flowing after 2.0 seconds"])
        #expect(gate.passage(at: .seconds(2)) == .flow)
    }

    @Test func `another reason while requests are stopped is told once`() {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        #expect(gate.failedForAll("a", reason: "http_403", wasProbe: true, at: .seconds(1)) == ["changed http_403"])
        _ = gate.sendProbe(at: .seconds(3))
        #expect(gate.failedForAll("a", reason: "http_403", wasProbe: true, at: .seconds(3)) == [])
    }

    // MARK: 2. Time

    @Test func `time in which requests are stopped does not count, whatever stops them`() {
        var closed = self.closedForAll()
        #expect(closed.activeTime(at: .seconds(100)) == .zero)
        _ = closed.sendProbe(at: .seconds(100))
        _ = closed.succeeds("b", wasProbe: true, at: .seconds(100))
        #expect(closed.activeTime(at: .seconds(103)) == .seconds(3))

        var held = self.gate()
        _ = held.fails("a", .overload, after: .seconds(10), at: .zero)
        #expect(held.activeTime(at: .seconds(10)) == .zero)
        #expect(held.activeTime(at: .seconds(12)) == .seconds(2))

        var trickling = self.gate(refusals: 1)
        _ = trickling.refuses("a", at: .zero)
        #expect(trickling.activeTime(at: .seconds(10)) == .zero)
    }

    // MARK: 3. Poison

    @Test func `one customer that fails for ever stops none of the others`() {
        var gate = self.gate()
        for attempt in 1...200 {
            #expect(gate.fails("a", attempt: attempt, at: .seconds(attempt)).isEmpty)
            #expect(gate.succeeds("b\(attempt)", at: .seconds(attempt)).isEmpty)
        }
        #expect(gate.passage(at: .seconds(200)) == .flow)
    }

    @Test func `who failed while another's probe succeeded stops nothing any more, not even by a wrong key`() {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        _ = gate.failedForAll("a", wasProbe: true, at: .seconds(1))
        _ = gate.sendProbe(at: .seconds(3))
        _ = gate.succeeds("b", wasProbe: true, at: .seconds(3))
        #expect(gate.blame.failsAlone(ExternalID("a")))
        #expect(gate.failedForAll("a", at: .seconds(4)) == nil)
        #expect(gate.passage(at: .seconds(4)) == .flow)
    }

    @Test func `several customers with an answer that claims to concern all cost one stop, and a later one another`() {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        _ = gate.failedForAll("a", wasProbe: true, at: .seconds(1))
        _ = gate.sendProbe(at: .seconds(3))
        _ = gate.succeeds("b", wasProbe: true, at: .seconds(3))
        #expect(gate.failedForAll("c", at: .seconds(4)) == nil)
        #expect(gate.failedForAll("d", at: .seconds(5)) == nil)
        #expect(gate.passage(at: .seconds(5)) == .flow)
        // No other customer has succeeded for a window: it may be true this time.
        #expect(gate.failedForAll("e", at: .seconds(13)) == ["stopped http_401"])
        // A minute later the claim is believed at once again.
        _ = gate.sendProbe(at: .seconds(70))
        _ = gate.succeeds("f", wasProbe: true, at: .seconds(70))
        _ = gate.succeeds("f", at: .seconds(131))
        #expect(gate.failedForAll("g", at: .seconds(132)) == ["stopped http_401"])
    }

    @Test func `a claim whose own customer then succeeds was true`() {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        _ = gate.failedForAll("a", wasProbe: true, at: .seconds(1))
        _ = gate.sendProbe(at: .seconds(3))
        _ = gate.succeeds("a", wasProbe: true, at: .seconds(3))
        _ = gate.succeeds("b", at: .seconds(3))
        #expect(gate.failedForAll("c", at: .seconds(4)) == ["stopped http_401"])
    }

    @Test func `what may be one command's own is, while others succeed`() {
        var gate = self.gate()
        _ = gate.succeeds("b", at: .zero)
        #expect(gate.failedForAll("a", .perhapsOne, at: .seconds(9)) == nil)
        #expect(gate.failedForAll("a", .perhapsOne, at: .seconds(10)) == ["stopped http_401"])
    }

    // MARK: 4. Low traffic

    @Test func `of the only customer that fails a neutral request tells, and is asked for once`() {
        var gate = self.gate()
        for attempt in 1...2 { _ = gate.fails("a", attempt: attempt, at: .zero) }
        #expect(gate.takeNeutralQuestion() == false)
        #expect(gate.fails("a", attempt: 3, at: .zero).isEmpty)
        #expect(gate.takeNeutralQuestion() == true)
        #expect(gate.takeNeutralQuestion() == false)
        #expect(gate.neutral(.answered, at: .seconds(1)).isEmpty)
        #expect(gate.blame.failsAlone(ExternalID("a")))
        _ = gate.fails("a", attempt: 4, at: .seconds(2))
        #expect(gate.takeNeutralQuestion() == false)
    }

    @Test func `when the neutral request fails as well, requests are stopped`() {
        var gate = self.gate()
        for attempt in 1...3 { _ = gate.fails("a", attempt: attempt, at: .zero) }
        #expect(gate.takeNeutralQuestion() == true)
        #expect(gate.neutral(.failed(reason: "http_502"), at: .seconds(1)).words == ["stopped http_502"])
        #expect(gate.reason == "http_502")
    }

    @Test func `its failure says nothing when someone has succeeded meanwhile`() {
        var gate = self.gate()
        for attempt in 1...3 { _ = gate.fails("a", attempt: attempt, at: .zero) }
        _ = gate.succeeds("b", at: .zero)
        #expect(gate.neutral(.failed(reason: "http_502"), at: .seconds(1)).words == [])
    }

    @Test func `two that fail three times each with no success between stop requests`() {
        var gate = self.gate()
        _ = gate.fails("b", attempt: 1, at: .zero)
        for attempt in 1...2 { #expect(gate.fails("a", attempt: attempt, at: .zero).isEmpty) }
        #expect(gate.fails("a", attempt: 3, at: .zero) == ["stopped http_500"])
    }

    @Test func `one firewall's answer to the only command closes it until the neutral request is answered`() {
        var gate = self.gate()
        #expect(gate.failedForAll("a", .perhapsOne, at: .zero) == ["stopped http_401"])
        #expect(gate.takeNeutralQuestion() == true)
        #expect(gate.neutral(.answered, at: .seconds(1)).words == ["flowing after 1.0 seconds"])
        #expect(gate.failedForAll("a", .perhapsOne, at: .seconds(2)) == nil)
    }

    @Test func `of the few that a firewall blocks the neutral request tells as well`() {
        var gate = self.gate()
        #expect(gate.failedForAll("a", .perhapsOne, at: .zero) == ["stopped http_401"])
        // Sent before requests were stopped, and answered before the neutral request is.
        #expect(gate.failedForAll("b", .perhapsOne, at: .zero) == [])
        #expect(gate.takeNeutralQuestion() == true)
        #expect(gate.neutral(.answered, at: .seconds(1)).words == ["flowing after 1.0 seconds"])
        for id in ["a", "b"] {
            #expect(gate.blame.failsAlone(ExternalID(id)))
            #expect(gate.failedForAll(id, .perhapsOne, at: .seconds(2)) == nil)
        }
        #expect(gate.passage(at: .seconds(2)) == .flow)
    }

    @Test func `beside one that a firewall blocks it tells of the only other one that fails`() {
        var gate = self.gate()
        #expect(gate.failedForAll("a", .perhapsOne, at: .zero)?.count == 1)
        #expect(gate.takeNeutralQuestion() == true)
        #expect(gate.neutral(.answered, at: .zero).words.count == 1)
        for attempt in 1...3 { #expect(gate.fails("b", attempt: attempt, at: .seconds(1)).isEmpty) }
        #expect(gate.takeNeutralQuestion() == true)
        _ = gate.neutral(.answered, at: .seconds(2))
        #expect(gate.blame.failsAlone(ExternalID("b")))
    }

    @Test func `of as many as tell by their number it does not, however they come`() {
        var gate = self.gate()
        for number in 1...4 {
            let now = Duration.seconds(number)
            #expect(gate.failedForAll("\(number)", .perhapsOne, at: now) == ["stopped http_401"])
            #expect(gate.takeNeutralQuestion() == true)
            #expect(gate.neutral(.answered, at: now).words.count == 1)
        }
        #expect(gate.failedForAll("5", .perhapsOne, at: .seconds(5)) == ["stopped http_401"])
        #expect(gate.takeNeutralQuestion() == false)
        #expect(gate.passage(at: .seconds(5)) == .stop)
        // The first success begins anew.
        _ = gate.sendProbe(at: .seconds(20))
        #expect(gate.succeeds("6", wasProbe: true, at: .seconds(20)).count == 1)
        #expect(gate.failedForAll("7", .perhapsOne, at: .seconds(40)) == ["stopped http_401"])
        #expect(gate.takeNeutralQuestion() == true)
    }

    @Test func `what only says that a key lacks a right is everybody's until another one is served`() {
        var gate = self.gate()
        #expect(gate.failedForAll("a", .unlessServed, at: .zero) == ["stopped http_401"])
        #expect(gate.takeNeutralQuestion() == false)
        #expect(gate.passage(at: .zero) == .stop)
        _ = gate.sendProbe(at: .seconds(1))
        #expect(gate.failedForAll("a", .unlessServed, wasProbe: true, at: .seconds(1)) == [])
        _ = gate.sendProbe(at: .seconds(3))
        #expect(gate.succeeds("b", wasProbe: true, at: .seconds(3)).count == 1)
        #expect(gate.failedForAll("a", .unlessServed, at: .seconds(4)) == nil)
    }

    @Test func `a look-up that is answered ends a stop, and convicts nobody`() {
        var gate = self.closedForAll()
        _ = gate.sendProbe(at: .seconds(1))
        _ = gate.failedForAll("a", wasProbe: true, at: .seconds(1))
        _ = gate.sendProbe(at: .seconds(3))
        #expect(gate.looked(wasProbe: true, at: .seconds(3)).words == ["flowing after 3.0 seconds"])
        #expect(!gate.blame.failsAlone(ExternalID("a")))
        #expect(gate.blame.successCount == 0)
        #expect(gate.failedForAll("a", at: .seconds(4)) == ["stopped http_401"])
    }

    // MARK: 5. Silence

    @Test func `a crowd that hears nothing for a window stops requests, and any answer lets them go`() {
        var gate = self.gate()
        gate.requests(7, of: 64, at: .zero)
        #expect(gate.silenceDue == nil)
        gate.requests(8, of: 64, at: .seconds(1))
        #expect(gate.silenceDue == .seconds(11))
        #expect([gate.noticeSilence(8, at: .seconds(10))].compactMap(\.self).words == [])
        #expect([gate.noticeSilence(8, at: .seconds(11))].compactMap(\.self).words == ["stopped no_answer"])
        #expect(gate.passage(at: .seconds(11)) == .stop)
        #expect(gate.fails("a", at: .seconds(12)) == ["flowing after 1.0 seconds"])
    }

    // MARK: 6. Refusals and holds

    @Test func `alike refusals make a trickle of fresh commands, and the first success restores the flow`() {
        var gate = self.gate(refusals: 3)
        for id in ["a", "b"] { #expect(gate.refuses(id, at: .zero).isEmpty) }
        #expect(gate.refuses("c", at: .zero) == ["stopped \(OutageGate.refusedAlike)"])
        #expect(gate.passage(at: .milliseconds(999)) == .stop)
        #expect(gate.passage(at: .seconds(1)) == .trickle)
        _ = gate.sendProbe(at: .seconds(1))
        #expect(gate.passage(at: .milliseconds(1_999)) == .stop)
        #expect(gate.isShared(gate.refusal))
        #expect(gate.succeeds("d", wasProbe: true, at: .seconds(2)) == ["flowing after 2.0 seconds"])
        #expect(gate.passage(at: .seconds(2)) == .flow)
        #expect(!gate.isShared(RefusalSignature(status: 400, code: nil, message: nil)))
    }

    @Test func `a hold is bounded, lets one probe go when half of it has passed, and ends by itself`() {
        var gate = self.gate()
        #expect(gate.fails("a", .overload, after: .seconds(86_400), at: .zero) == ["held for 60.0 seconds"])
        #expect(gate.opens == .seconds(30))
        #expect(gate.passage(at: .milliseconds(29_999)) == .stop)
        #expect(gate.passage(at: .seconds(30)) == .probe)
        #expect(gate.sendProbe(at: .seconds(30)) == Breaker.probePatience)
        #expect(gate.passage(at: .seconds(31)) == .stop)
        #expect(gate.passage(at: .seconds(60)) == .flow)
    }

    @Test func `a hold is lifted by its probe's success, and by an operator`() {
        var probed = self.gate()
        _ = probed.fails("a", .overload, after: .seconds(60), at: .zero)
        _ = probed.sendProbe(at: .seconds(30))
        #expect(probed.succeeds("b", wasProbe: true, at: .seconds(31)) == ["lifted"])
        #expect(probed.passage(at: .seconds(31)) == .flow)

        // A probe of another stop that went before says nothing of what was asked since.
        var earlier = self.closedForAll()
        _ = earlier.sendProbe(at: .seconds(1))
        _ = earlier.fails("b", .overload, after: .seconds(60), at: .seconds(2))
        #expect(!earlier.succeeds("a", wasProbe: true, at: .seconds(3)).contains("lifted"))
        #expect(earlier.passage(at: .seconds(3)) == .stop)

        var lifted = self.gate()
        _ = lifted.fails("a", .overload, after: .seconds(60), at: .zero)
        #expect([lifted.liftHold(at: .seconds(2))].compactMap(\.self).words == ["lifted"])
        #expect(lifted.liftHold(at: .seconds(2)) == nil)
        #expect(lifted.passage(at: .seconds(2)) == .flow)
        #expect(lifted.activeTime(at: .seconds(5)) == .seconds(3))
    }

    @Test func `a wait that a server asks of one command alone holds none of the others`() {
        var gate = self.gate()
        #expect(gate.fails("a", after: .seconds(60), at: .zero).isEmpty)
        #expect(gate.passage(at: .zero) == .flow)
    }
}

extension OutageGate {
    fileprivate mutating func fails(
        _ id: String,
        _ sign: PassingFailure.Sign = .none,
        after: Duration? = nil,
        attempt: Int = 1,
        wasProbe: Bool = false,
        at now: Duration
    ) -> [String] {
        let failure = PassingFailure(
            reason: "http_500",
            failure: CommandFailure(code: .retriesExhausted, message: "500"),
            after: after,
            sign: sign
        )
        return self.failed(
            ExternalID(id),
            failure,
            (attempt, .zero, self.blame.successCount),
            maximumHold: .seconds(60),
            wasProbe: wasProbe,
            at: now
        ).words
    }

    fileprivate mutating func failedForAll(
        _ id: String,
        _ scope: SystemicScope = .allCommands,
        reason: String = "http_401",
        wasProbe: Bool = false,
        at now: Duration
    ) -> [String]? {
        self.failedForAll(ExternalID(id), scope, reason: reason, message: "", wasProbe: wasProbe, at: now)?.words
    }

    fileprivate mutating func succeeds(_ id: String, wasProbe: Bool = false, at now: Duration) -> [String] {
        self.succeeded(ExternalID(id), wasProbe: wasProbe, at: now).words
    }

    fileprivate mutating func refuses(_ id: String, at now: Duration) -> [String] {
        let words = RefusalSignature(status: 400, code: "validation_error", message: "Tax rate is not active")
        return self.refused(ExternalID(id), words, wasProbe: false, at: now).words
    }
}

extension [OutageGate.Change] {
    fileprivate var words: [String] {
        self.map { change in
            switch change {
            case .stopped(let reason, _): "stopped \(reason)"
            case .changed(let reason, _): "changed \(reason)"
            case .held(let wait): "held for \(wait)"
            case .lifted: "lifted"
            case .flowing(let after, _): "flowing after \(after)"
            }
        }
    }
}
