import Kafka
import Records
import Testing

@testable import CommandWorker

/// How the core spaces small batches out; the lines alone are in `ResultLineTests` and `LedgerLineTests`.
@Suite struct PaceTests {
    private static let pace = Duration.milliseconds(10)

    /// A core that makes customers itself, behind the publication of its first result.
    private func afterOne(smallBatch: Int = 256) throws -> CoreDriver {
        let driver = CoreDriver { settings in
            settings.createsLocally = true
            settings.linger.pace = Self.pace
            settings.linger.smallBatch = smallBatch
        }
        driver.assign()
        try self.carry(0, driver)
        _ = driver.published()
        return driver
    }

    /// Brings a command as far as its batch of results.
    private func carry(_ offset: Int64, _ driver: CoreDriver) throws {
        driver.receive(offset, id: "\(offset)")
        driver.answer(try #require(driver.take().stores.first))
        _ = try #require(driver.take().batches.first)
    }

    @Test func `the first command leaves at once, and one that comes after the pace`() throws {
        let driver = try self.afterOne()
        #expect(driver.now == .zero)
        driver.now = Self.pace
        #expect(driver.pollLimit > 0)
        try self.carry(1, driver)
        #expect(driver.now == Self.pace)
    }

    @Test func `records gather while a batch is under way, and until the pace after it is over`() throws {
        let driver = CoreDriver { settings in
            settings.createsLocally = true
            settings.linger.pace = Self.pace
        }
        driver.assign()
        try self.carry(0, driver)
        #expect(driver.pollLimit == 0)
        driver.now = .milliseconds(3)
        _ = driver.published()
        #expect(driver.pollLimit == 0)
        #expect(driver.advance().stores.isEmpty)
        #expect(driver.now == Self.pace)
        #expect(driver.pollLimit > 0)
    }

    @Test func `a batch that takes long keeps records waiting no longer than it may linger`() throws {
        let driver = CoreDriver { settings in
            settings.createsLocally = true
            settings.linger.pace = Self.pace
        }
        driver.assign()
        try self.carry(0, driver)
        _ = driver.advance()
        #expect(driver.now == LingerSettings().limit)
        #expect(driver.pollLimit > 0)
    }

    @Test func `what is in hand all the same waits for the pace, in one batch of the ledger`() throws {
        let driver = try self.afterOne()
        driver.now = .milliseconds(2)
        driver.receive(1, id: "1")
        driver.receive(2, id: "2")
        #expect(driver.take().stores.isEmpty)
        let batch = try #require(driver.advance().stores.first)
        #expect(driver.now == Self.pace)
        #expect(batch.count == 2)
    }

    @Test func `refused commands wait for it with their results`() throws {
        let driver = try self.afterOne()
        driver.now = .milliseconds(2)
        driver.receive(1, id: "1", isValid: false)
        #expect(driver.take().batches.isEmpty)
        #expect(driver.advance().batches.first?.records == [1])
        #expect(driver.now == Self.pace)
    }

    @Test func `much work does not wait`() throws {
        let driver = try self.afterOne(smallBatch: 2)
        driver.receive(1, id: "1")
        driver.receive(2, id: "2")
        #expect(driver.take().stores.first?.count == 2)
    }

    @Test func `partitions that leave do not wait`() throws {
        let driver = try self.afterOne()
        #expect(driver.core.gathersUntil(at: driver.now) == Self.pace)
        driver.receive(1, id: "1")
        #expect(driver.take().stores.isEmpty)
        driver.core.partitionsRevoked([CoreDriver.partition], at: driver.moment)
        #expect(driver.core.gathersUntil(at: driver.now) == nil)
        #expect(driver.take().stores.first?.count == 1)
    }

    @Test func `look-ups that requests wait for do not wait`() throws {
        let driver = CoreDriver { $0.linger.pace = Self.pace }
        driver.assign()
        driver.receive(0, id: "0", isValid: false)
        _ = driver.take()
        _ = driver.published()
        driver.now = .milliseconds(2)
        #expect(driver.pollLimit > 0)
        #expect(driver.start(1, id: "1") != nil)
    }
}
