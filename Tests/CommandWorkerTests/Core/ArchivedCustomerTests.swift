import CustomerContract
import Ledger
import Records
import Testing

@testable import CommandWorker

/// `idempotency.on_archived: recreate`: the backend is asked before memory answers.
///
/// 1. A customer that stands is replayed, or conflicts, as without asking.
/// 2. A customer that is archived is made anew, and takes the place of the remembered one.
/// 3. What goes wrong on the way is tried again as any request is, and says nothing good of the backend's creates.
@Suite struct ArchivedCustomerTests {
    private let old = CustomerDocument(json: Array(#"{"id":"cust_old"}"#.utf8))
    private let new = CustomerDocument(json: Array(#"{"id":"cust_new"}"#.utf8))

    private func driver(asks: Bool = true) -> CoreDriver {
        let driver = CoreDriver { $0.onArchived = asks ? .recreate : .replay }
        driver.assign()
        return driver
    }

    /// What an earlier command of the id left, with the same payload or another one.
    private func entry(_ driver: CoreDriver, offset: Int64 = 1_000, isOther: Bool = false) throws -> LedgerEntry {
        let usual = CoreDriver.record(offset, id: "a")
        let other = Array(#"{"external_id":"a","name":"Other"}"#.utf8)
        let record =
            isOther ? KafkaRecord(position: usual.position, timestamp: usual.timestamp, value: other) : usual
        guard case .command(let command) = CommandReader().read(record) else { throw NotRead() }
        return LedgerEntry(command: command, customer: self.old, outcome: .created, rememberedAt: driver.moment.wall)
    }

    private struct NotRead: Error {}

    /// Receives a command whose id the ledger remembers; the request that goes for it, if one does.
    private func start(_ driver: CoreDriver, _ offset: Int64 = 5, found entry: LedgerEntry) throws -> BackendRequest? {
        driver.receive(offset, id: "a")
        _ = try #require(driver.take().stores.first)
        driver.core.answered(.done(found: [entry], made: [], earlier: []), at: driver.moment)
        return driver.take().requests.first
    }

    // MARK: 1. A customer that stands

    @Test func `a customer that stands is replayed, and the question counted`() throws {
        let driver = self.driver()
        let request = try #require(try self.start(driver, found: try self.entry(driver)))
        #expect(request.remembered == self.old)
        driver.answer(request, .unchanged)
        let actions = driver.take()
        let result = try #require(actions.batches.first?.results.first)
        #expect(result.outcome == .created(.replayed, self.old))
        #expect(result.attempts == 1)
        #expect(actions.stores.isEmpty)
    }

    @Test func `another payload conflicts with a customer that stands`() throws {
        let driver = self.driver()
        let request = try #require(try self.start(driver, found: try self.entry(driver, isOther: true)))
        driver.answer(request, .unchanged)
        guard case .failed(let failure)? = driver.take().batches.first?.results.first?.outcome else {
            Issue.record("no failure")
            return
        }
        #expect(failure.code == .idempotencyConflict)
    }

    @Test func `without the setting, and for the very record that made it, nobody is asked`() throws {
        let silent = self.driver(asks: false)
        #expect(try self.start(silent, found: try self.entry(silent)) == nil)
        let driver = self.driver()
        #expect(try self.start(driver, 5, found: try self.entry(driver, offset: 5)) == nil)
        #expect(driver.core.lanes.commands.allSatisfy { $0.command.stage == .finished })
    }

    // MARK: 2. A customer that is archived

    @Test(arguments: [false, true])
    func `an archived customer is made anew, whatever the payload, and remembered in place of the old one`(
        isOther: Bool
    ) throws {
        let driver = self.driver()
        let entry = try self.entry(driver, isOther: isOther)
        let request = try #require(try self.start(driver, found: entry))
        // Behind it in its lane: answered by the new customer, not by the old one.
        driver.receive(6, id: "a")
        driver.answer(request, .created(.created, self.new), requests: 2)
        let batch = try #require(driver.take().stores.first)
        #expect(batch.superseded == [entry])
        #expect(batch.entries.map(\.entry.customer) == [self.new])
        driver.answer(batch)
        let actions = driver.take()
        let result = try #require(actions.batches.first?.results.first)
        #expect(result.outcome == .created(.created, self.new))
        #expect(result.attempts == 2)
        #expect(actions.requests.map(\.remembered) == [self.new])
    }

    @Test func `another worker that was quicker makes it a replay of the new customer`() throws {
        let driver = self.driver()
        let request = try #require(try self.start(driver, found: try self.entry(driver)))
        driver.answer(request, .created(.existing, self.new))
        let theirs = try #require(CoreDriver.command(2_000, id: "a"))
        let newer = LedgerEntry(
            command: theirs,
            customer: self.new,
            outcome: .created,
            rememberedAt: driver.moment.wall
        )
        driver.answer(try #require(driver.take().stores.first), earlier: newer)
        #expect(driver.take().batches.first?.results.first?.outcome == .created(.replayed, self.new))
    }

    // MARK: 3. Failures on the way

    @Test func `a question that fails is asked again, and is still about the remembered customer`() throws {
        let driver = self.driver()
        let first = try #require(try self.start(driver, found: try self.entry(driver)))
        driver.answer(first, CoreDriver.passing("archive_unsettled"))
        let second = try #require(driver.nextRequest())
        #expect(second.remembered == self.old)
        driver.answer(second, .unchanged)
        #expect(driver.take().batches.first?.results.first?.outcome == .created(.replayed, self.old))
    }

    @Test func `an answered question ends a stop, and holds no command's failure against it`() throws {
        let driver = self.driver()
        let forbidden = BackendAnswer.systemic(reason: "forbidden", message: "403", scope: .unlessServed)
        let request = try #require(driver.start(0, id: "b"))
        driver.answer(request, forbidden)
        _ = driver.take()
        #expect(driver.core.intakeBlock?.reason == "forbidden")
        let probe = try #require(driver.nextRequest())
        driver.answer(probe, forbidden)
        let asking = try self.start(driver, found: try self.entry(driver)) ?? driver.nextRequest()
        let question = try #require(asking)
        guard question.remembered != nil else {
            Issue.record("the other one went")
            return
        }
        driver.answer(question, .unchanged)
        _ = driver.take()
        #expect(driver.core.intakeBlock == nil)
        #expect(!driver.core.requests.gate.blame.failsAlone(ExternalID("b")))
        #expect(driver.core.requests.gate.blame.successCount == 0)
    }

    @Test func `nothing is kept of a command that has left`() throws {
        let driver = self.driver()
        let request = try #require(try self.start(driver, found: try self.entry(driver)))
        driver.core.partitionsLost([CoreDriver.partition])
        driver.answer(request, .unchanged)
        _ = driver.take()
        #expect(driver.core.lanes.count == 0)
        #expect(driver.core.lanes.questioned(request.ticket) == nil)
    }
}
