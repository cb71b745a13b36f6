import CustomerContract
import Ledger
import Records
import Testing

@testable import CommandWorker

/// What the whole core does about pauses of operators.
///
/// 1. A paused id does not start, keeps its order, and delays no other.
/// 2. A paused partition is not fetched, whatever else pauses and resumes.
/// 3. A pause of everything stops the intake.
/// 4. A pause ends at its time by itself.
@Suite struct PauseTests {
    private static let other = TopicPartition(topic: "commands", partition: 1)

    private func pause(_ scope: Pause.Scope, until end: Int64? = nil) -> Pause {
        Pause(
            group: "workers",
            scope: scope,
            reason: "a fix is on its way",
            author: "ops@host",
            beganAt: UnixMilliseconds(1_800_000_000_000),
            endsAt: end.map { UnixMilliseconds($0) }
        )
    }

    private func lookUps(_ actions: [WorkerAction]) -> [String] {
        actions.stores.flatMap(\.lookUps).map(\.command.externalID.text)
    }

    // MARK: 1. Ids

    @Test(arguments: [Pause.Scope.externalID(ExternalID("acct_1")), .externalIDPrefix("acct_")])
    func `commands of a paused id do not start, those of others do, and its own run in order afterwards`(
        scope: Pause.Scope
    ) throws {
        let driver = CoreDriver()
        driver.assign()
        driver.core.pause([self.pause(scope)], at: driver.moment)
        for (offset, id) in [(0, "acct_1"), (1, "acc"), (2, "acct_1")] as [(Int64, String)] {
            driver.receive(offset, id: id)
        }
        let batch = try #require(driver.take().stores.first)
        #expect(batch.lookUps.map(\.command.externalID.text) == ["acc"])
        driver.answer(batch)
        let request = try #require(driver.take().requests.first)
        #expect(driver.succeed(request).batches.first?.records == [1])
        #expect(driver.published().isEmpty)

        let inspection = driver.core.inspect(
            WorkerQuestion(externalID: ExternalID("acct_1")),
            snapshot: WorkerSnapshot(),
            watermarks: { _ in nil },
            at: driver.moment
        )
        #expect(inspection.stages == [.paused: 1, .waitingInLane: 1])
        #expect(
            inspection.commands.map(\.waitsFor) == [
                "the end of an operator's pause of \(scope) (a fix is on its way; by ops@host)",
                "an earlier command of the same external_id",
            ]
        )

        driver.core.pause([], at: driver.moment)
        let next = try #require(driver.take().stores.first)
        #expect(next.lookUps.map(\.ticket).count == 1)
        driver.answer(next)
        let first = try #require(driver.take().requests.first)
        #expect(first.command.context.message.position.offset == 0)
    }

    @Test func `a command that has started goes on although its id is paused`() throws {
        let driver = CoreDriver()
        driver.assign()
        let request = try #require(driver.start(0, id: "a"))
        driver.core.pause([self.pause(.externalID(ExternalID("a")))], at: driver.moment)
        #expect(driver.succeed(request).batches.first?.records == [0])
    }

    @Test func `a drain and a rebalance do not wait for what is paused`() {
        for isDrain in [true, false] {
            let driver = CoreDriver()
            driver.assign()
            driver.core.pause([self.pause(.externalID(ExternalID("a")))], at: driver.moment)
            driver.receive(0, id: "a")
            driver.receive(1, id: "a")
            #expect(driver.take().stores.isEmpty)
            if isDrain {
                driver.core.drain(until: .seconds(30))
                _ = driver.take()
                #expect(driver.core.isDrained)
            } else {
                driver.core.partitionsRevoked([CoreDriver.partition], at: driver.moment)
                #expect(driver.take().released == [CoreDriver.partition])
            }
            #expect(driver.core.lanes.count == 0)
            driver.core.pause([], at: driver.moment)
            #expect(driver.take().stores.isEmpty)
        }
    }

    // MARK: 2. Partitions

    @Test func `a paused partition is not fetched, also one that comes later, until it is resumed`() {
        let driver = CoreDriver()
        driver.core.pause([self.pause(.partition(1))], at: driver.moment)
        #expect(driver.assign().paused.isEmpty)
        #expect(driver.assign(Self.other).paused == [Self.other])
        // Given back it is resumed, since librdkafka keeps a pause beyond the assignment, and paused when it is back.
        driver.core.partitionsRevoked([Self.other], at: driver.moment)
        #expect(driver.take().resumed == [Self.other])
        #expect(driver.assign(Self.other).paused == [Self.other])
        driver.core.pause([], at: driver.moment)
        #expect(driver.take().resumed == [Self.other])
    }

    @Test func `what resumes all partitions leaves a paused one as it is`() {
        let driver = CoreDriver()
        driver.assign()
        driver.assign(Self.other)
        driver.core.pause([self.pause(.partition(1))], at: driver.moment)
        #expect(driver.take().paused == [Self.other])
        driver.core.suspendIntake()
        #expect(Set(driver.take().paused) == [CoreDriver.partition, Self.other])
        driver.core.resumeIntake()
        #expect(driver.take().resumed == [CoreDriver.partition])
        driver.core.suspendIntake()
        _ = driver.take()
        driver.core.pause([], at: driver.moment)
        #expect(driver.take().resumed.isEmpty)
        driver.core.resumeIntake()
        #expect(Set(driver.take().resumed) == [CoreDriver.partition, Self.other])
    }

    // MARK: 3. Everything

    @Test func `a pause of everything stops the intake as an operator's signal does`() {
        let driver = CoreDriver()
        driver.assign()
        driver.core.pause([self.pause(.all)], at: driver.moment)
        #expect(driver.take().paused == [CoreDriver.partition])
        #expect(driver.core.intakeBlock?.reason == "suspended")
        driver.core.pause([], at: driver.moment)
        #expect(driver.take().resumed == [CoreDriver.partition])
    }

    // MARK: 4. Time

    @Test func `a pause ends at its time, and one that is over does not begin`() {
        let driver = CoreDriver()
        driver.assign()
        let end = driver.wall + 60_000
        driver.core.pause(
            [self.pause(.externalID(ExternalID("a")), until: end), self.pause(.all, until: driver.wall)],
            at: driver.moment
        )
        driver.receive(0, id: "a")
        #expect(driver.take().isEmpty)
        #expect(driver.core.nextDeadline(at: driver.moment) == .seconds(60))
        driver.now = .seconds(60)
        driver.wall = end
        #expect(self.lookUps(driver.take()) == ["a"])
        #expect(driver.core.pauses.current.isEmpty)
    }
}
