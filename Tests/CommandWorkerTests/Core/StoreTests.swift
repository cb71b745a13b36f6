import CustomerContract
import Ledger
import Records
import Testing

@testable import CommandWorker

@Suite struct StoreTests {
    @Test func `a batch that failed is tried again as it was, and intake waits`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "a")
        _ = driver.take()
        driver.core.answered(.failed(LedgerError(.full, "disk full")), at: driver.moment)
        #expect(driver.core.intakeBlock?.reason == "store_full")
        driver.receive(1, id: "b")
        #expect(driver.take().stores.isEmpty)
        let again = try #require(driver.advance().stores.first)
        #expect(again.lookUps.map(\.command.externalID.text) == ["a"])
        driver.answer(again)
        #expect(driver.take().stores.first?.lookUps.map(\.command.externalID.text) == ["b"])
        #expect(driver.core.intakeBlock == nil)
    }

    @Test func `a success that another worker remembered first makes this one a replay`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(5, id: "a"))
        let other = try #require(CoreDriver.command(9, id: "a"))
        let theirs = CustomerDocument(json: Array(#"{"id":"theirs"}"#.utf8))
        let entry = LedgerEntry(command: other, customer: theirs, outcome: .created, rememberedAt: driver.moment.wall)
        driver.answer(request, .created(.existing, CoreDriver.customer))
        let batch = try #require(driver.take().stores.first)
        driver.answer(batch, earlier: entry)
        let result = try #require(driver.take().batches.first?.results.first)
        #expect(result.outcome == .created(.replayed, theirs))
    }

    @Test func `a success of this very record that another worker remembered first ends as it did there`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(5, id: "a"))
        let same = try #require(CoreDriver.command(5, id: "a"))
        let entry = LedgerEntry(
            command: same,
            customer: CoreDriver.customer,
            outcome: .created,
            rememberedAt: driver.moment.wall
        )
        driver.answer(request, .created(.existing, CoreDriver.customer))
        let batch = try #require(driver.take().stores.first)
        driver.answer(batch, earlier: entry)
        let result = try #require(driver.take().batches.first?.results.first)
        #expect(result.outcome == .created(.created, CoreDriver.customer))
    }

    @Test func `those that wait behind a success are answered by it, without the ledger and in their order`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        for offset in 1...500 as ClosedRange<Int64> { driver.receive(offset, id: "a") }
        driver.answer(request, .created(.created, CoreDriver.customer))
        driver.answer(try #require(driver.take().stores.first))
        let actions = driver.take()
        #expect(actions.stores.isEmpty)
        let results = actions.batches.flatMap(\.results)
        #expect(results.map(\.context.message.position.offset) == Array(0...500))
        #expect(results.dropFirst().allSatisfy { $0.outcome == .created(.replayed, CoreDriver.customer) })
        // Nothing is kept of a lane that has ended: the next command of this id asks the ledger.
        driver.receive(501, id: "a")
        #expect(driver.take().stores.first?.lookUps.count == 1)
    }

    @Test func `those that wait behind a failure ask for themselves`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.receive(1, id: "a")
        let refusal = CommandFailure(code: .rejected, message: "no", httpStatus: 422)
        driver.answer(request, .failed(refusal))
        #expect(driver.take().stores.first?.lookUps.map(\.command.context.message.position.offset) == [1])
    }

    @Test func `a batch is cut, and successes go first`() throws {
        let driver = CoreDriver {
            $0.maximumLedgerBatch = 2
            $0.maximumCommitBatch = 1
        }
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.receive(1, id: "b")
        let blocked = try #require(driver.take().stores.first)
        for offset in 2...4 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)") }
        driver.answer(request, .created(.created, CoreDriver.customer))
        driver.answer(blocked)
        let next = try #require(driver.take().stores.first)
        #expect(next.entries.count == 1)
        #expect(next.lookUps.map(\.command.externalID.text) == ["2"])
        driver.answer(next)
        #expect(driver.take().stores.first?.lookUps.map(\.command.externalID.text) == ["3", "4"])
    }

    @Test func `a customer made here is remembered in the same step, without a request`() throws {
        let driver = CoreDriver { $0.createsLocally = true }
        driver.assign()
        driver.receive(0, id: "a")
        let batch = try #require(driver.take().stores.first)
        #expect(batch.creations.count == 1)
        driver.answer(batch)
        let actions = driver.take()
        #expect(actions.requests.isEmpty)
        let result = try #require(actions.batches.first?.results.first)
        #expect(result.outcome == .created(.created, CoreDriver.customer))
        #expect(result.attempts == 0)
    }
}
