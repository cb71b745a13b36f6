import CustomerContract
import Kafka
import Testing
import Topics

@testable import CommandWorker

@Suite struct PublishingTests {
    @Test func `a result leaves at once with the offset that it makes committable`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(7, id: "a"))
        let batch = try #require(driver.succeed(request).batches.first)
        #expect(batch.records == [7])
        #expect(batch.offsets.map(\.offset) == [8])
        #expect(driver.published().isEmpty)
        #expect(driver.core.lanes.count == 0)
        #expect(driver.core.counters.created == [.created: 1])
    }

    @Test func `while commands wait for requests successes and results gather, but not for long`() throws {
        let driver = CoreDriver {
            $0.live.requestLimit = .fixed(1)
            $0.linger.limit = .milliseconds(25)
        }
        driver.assign()
        for offset in 0...3 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)") }
        driver.answer(try #require(driver.take().stores.first))
        var request = try #require(driver.take().requests.first)
        // The first success waits for the second, and for no third.
        driver.answer(request, .created(.created, CoreDriver.customer))
        request = try #require(driver.take().requests.first)
        driver.now += .milliseconds(20)
        driver.answer(request, .created(.created, CoreDriver.customer))
        #expect(driver.take().stores.isEmpty)
        #expect(driver.core.nextDeadline(at: driver.moment) == .milliseconds(25))
        let batch = try #require(driver.advance().stores.first)
        #expect(driver.now == .milliseconds(25))
        driver.answer(batch)
        #expect(driver.take().batches.first?.records == [0, 1])
    }

    @Test func `a result that needs no ledger gathers too while commands wait for requests`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(1) }
        driver.assign()
        for offset in 0...3 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)") }
        driver.answer(try #require(driver.take().stores.first))
        _ = driver.take()
        driver.receive(4, id: "a", isValid: false)
        #expect(driver.take().batches.isEmpty)
        #expect(driver.advance().batches.first?.records == [4])
        #expect(driver.now == driver.core.settings.linger.limit)
    }

    @Test(arguments: [false, true])
    func `enough results leave at once, and so does what a drain waits for`(isDraining: Bool) throws {
        let driver = CoreDriver {
            $0.live.requestLimit = .fixed(1)
            $0.linger.fullBatch = isDraining ? 500 : 1
        }
        driver.assign()
        for offset in 0...2 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)") }
        driver.answer(try #require(driver.take().stores.first))
        _ = driver.take()
        driver.receive(3, id: "a", isValid: false)
        if isDraining {
            #expect(driver.take().batches.isEmpty)
            driver.core.drain(until: .seconds(30))
        }
        #expect(driver.take().batches.first?.records == [3])
    }

    @Test func `what finishes while a batch is under way leaves together with the next one, in lane order`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "a", isValid: false)
        #expect(driver.take().batches.first?.records == [0])
        for offset in 1...3 as ClosedRange<Int64> { driver.receive(offset, id: "a", isValid: false) }
        #expect(driver.take().batches.isEmpty)
        let next = try #require(driver.published().batches.first)
        #expect(next.records == [1, 2, 3])
        #expect(next.offsets.map(\.offset) == [4])
    }

    @Test func `a batch that failed is published again before anything newer, with one offset for all`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        #expect(driver.published(.failed(CoreDriver.error, unpublished: nil)).batches.isEmpty)
        #expect(driver.core.intakeBlock == .publishing("_TRANSPORT"))
        driver.receive(1, id: "a", isValid: false)
        let batch = try #require(driver.advance().batches.first)
        #expect(driver.now == .seconds(1))
        #expect(batch.records == [0, 1])
        #expect(batch.offsets.map(\.offset) == [2])
    }

    @Test func `of a batch that failed in part only the rest is published again, and nothing is committed before`()
        throws
    {
        let driver = CoreDriver()
        driver.assign()
        for offset in 0...2 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)", isValid: false) }
        _ = driver.take()
        _ = driver.published(.failed(CoreDriver.error, unpublished: [1]))
        #expect(driver.core.lanes.count == 1)
        let batch = try #require(driver.advance().batches.first)
        #expect(batch.records == [1])
        #expect(batch.offsets.map(\.offset) == [3])
    }

    @Test func `offsets that could not be committed are committed without their results`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        _ = driver.published(.notCommitted(CoreDriver.error))
        #expect(driver.core.lanes.count == 0)
        let batch = try #require(driver.advance().batches.first)
        #expect(batch.records.isEmpty)
        #expect(batch.offsets.map(\.offset) == [1])
    }

    @Test func `trouble with a batch ends when its partitions are lost`() throws {
        let driver = CoreDriver()
        driver.assign()
        driver.receive(0, id: "a", isValid: false)
        _ = driver.take()
        _ = driver.published(.failed(CoreDriver.error, unpublished: nil))
        driver.core.partitionsLost([CoreDriver.partition])
        #expect(driver.take().released == [CoreDriver.partition])
        #expect(driver.advance().batches.isEmpty)
        #expect(driver.core.intakeBlock == nil)
        driver.assign(at: 0)
        driver.receive(0, id: "a", isValid: false)
        #expect(driver.take().batches.first?.records == [0])
    }

    @Test func `results that cannot be written down wait, and all that follow in their partition with them`() throws {
        let driver = CoreDriver { $0.metadataLimit = LineSamples.roomForOneRun }
        driver.assign()
        let slow = try #require(driver.start(0, id: "slow"))
        driver.receive(1, id: "a", isValid: false)
        _ = driver.take()
        _ = driver.published()
        let other = try #require(driver.start(2, id: "other"))
        driver.receive(3, id: "b", isValid: false)
        driver.receive(4, id: "b", isValid: false)
        #expect(driver.take().batches.isEmpty)
        // The second record joins the first run, yet stands behind one that waits.
        #expect(driver.succeed(other).batches.isEmpty)
        let first = try #require(driver.succeed(slow).batches.first)
        #expect(first.records == [0])
        #expect(first.offsets.map(\.offset) == [2])
        let rest = try #require(driver.published().batches.first)
        #expect(rest.records == [3, 2])
        #expect(rest.offsets.map(\.offset) == [4])
        let last = try #require(driver.published().batches.first)
        #expect(last.records == [4])
        #expect(last.offsets.map(\.offset) == [5])
    }

    @Test func `metadata that brokers refuse are made smaller at once, and the batch gets out`() throws {
        let driver = CoreDriver { $0.live.requestLimit = .fixed(64) }
        driver.assign()
        let slow = try #require(driver.start(0, id: "slow"))
        for offset in stride(from: 1, to: 80, by: 2) as StrideTo<Int64> {
            driver.receive(offset, id: "\(offset)", isValid: false)
            _ = driver.start(offset + 1, id: "\(offset + 1)")
        }
        let first = try #require(driver.published().batches.first)
        let refusal = KafkaError(
            code: .offsetMetadataTooLarge,
            message: "too large",
            disposition: .abortTransaction
        )
        let second = try #require(driver.published(.failed(refusal, unpublished: nil)).batches.first)
        #expect(second.records == first.records)
        let (large, small) = (try #require(first.offsets.first), try #require(second.offsets.first))
        #expect(small.metadata.count <= large.metadata.count / 2)
        #expect(OffsetMetadata.decode(small.metadata, at: 0) == OffsetMetadata.decode(large.metadata, at: 0))
        #expect(driver.published().batches.isEmpty)
        #expect(driver.core.intakeBlock == nil)
        #expect(driver.succeed(slow).batches.first?.offsets.map(\.offset) == [2])
    }

    @Test func `a batch holds no more results than it may`() throws {
        let driver = CoreDriver { $0.maximumCommitBatch = 2 }
        driver.assign()
        for offset in 0...4 as ClosedRange<Int64> { driver.receive(offset, id: "\(offset)", isValid: false) }
        #expect(driver.take().batches.first?.records == [0, 1])
        #expect(driver.published().batches.first?.records == [2, 3])
        #expect(driver.published().batches.first?.records == [4])
        #expect(driver.published().isEmpty)
    }
}
