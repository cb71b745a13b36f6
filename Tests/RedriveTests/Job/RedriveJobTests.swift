import CustomerContract
import Kafka
import Records
import Testing
import Topics

@testable import Redrive

@Suite struct RedriveJobTests {
    private static func letters(_ count: Int, code: String = "rejected", laps: Int = 0) -> [DeadLetter] {
        (0..<count).map { Letters.own(code: code, partition: Int32($0 % 3), offset: Int64($0 / 3) * 2, laps: laps) }
    }

    private static let tooLarge = KafkaError(
        code: .messageTooLarge,
        message: "",
        disposition: .abortTransaction
    )
    private static let passing = KafkaError(code: .transport, message: "", disposition: .retry)

    @Test func `every letter is sent once, in the order of its partition`() {
        var driver = JobDriver(Self.letters(1_000))
        driver.settings.rate = nil
        let end = driver.run()
        #expect(end == .over(.finished))
        #expect(driver.origins == driver.letters.map { $0.position.description })
        #expect(driver.lastCounts.moved == 1_000 && driver.lastCounts.leftCount == 0)
        #expect(driver.lastCounts.ranges[0] == 0...666)
        #expect(driver.largestRead <= 500)
    }

    @Test(arguments: 1...100)
    func `a job that dies at any point and is resumed sends each letter once`(_ seed: Int) {
        var random = SeededRandom(seed)
        var driver = JobDriver(Self.letters(Int.random(in: 1...400, using: &random)))
        driver.settings.rate = Bool.random(using: &random) ? nil : 80
        driver.settings.canary = [0, 0, 5, 30].randomElement(using: &random) ?? 0
        var end = JobDriver.End.died
        for _ in 0..<500 where end == .died {
            let deaths = (0..<1_000).map { _ in Int.random(in: 0..<10, using: &random) }
            var number = 0
            end = driver.run(
                commit: { _ in
                    number += 1
                    switch deaths[number % 1_000] {
                    case 0: return nil
                    case 1: return .aborted(Self.passing)
                    default: return .committed([:])
                    }
                },
                diesAfter: { _ in deaths[number % 1_000] == 2 }
            )
        }
        #expect(end == .over(.finished), "seed \(seed)")
        #expect(driver.origins.count == driver.letters.count, "seed \(seed)")
        #expect(Set(driver.origins).count == driver.letters.count, "seed \(seed)")
        for partition in 0..<3 {
            let expected = driver.letters.filter { $0.record.topicPartition.partition == partition }
                .map { $0.position.description }
            #expect(driver.origins.filter { $0.contains("/\(partition)/") } == expected, "seed \(seed)")
        }
    }

    @Test func `the limit holds over all processes of the job`() {
        var driver = JobDriver(Self.letters(300))
        driver.settings.limit = 100
        driver.settings.rate = 80
        var sends = 0
        let death = driver.run(commit: { _ in
            sends += 1
            return sends > 4 ? nil : .committed([:])
        })
        #expect(death == .died)
        #expect(driver.log.count == 40)
        let end = driver.run()
        #expect(end == .over(.finished))
        #expect(driver.log.count == 100 && Set(driver.origins).count == 100)
    }

    @Test func `what was sent back before is passed over, whoever sent it`() {
        var driver = JobDriver(Self.letters(100))
        driver.settings.limit = 30
        let end = driver.run()
        #expect(end == .over(.finished))
        // Another job: its count begins anew, what is remembered does not.
        var other = driver
        other.settings.limit = nil
        let otherEnd = other.run()
        #expect(otherEnd == .over(.finished))
        #expect(other.log.count == 100 && Set(other.origins).count == 100)
    }

    @Test func `what was dismissed is passed over, and counts for nothing`() {
        var driver = JobDriver(Self.letters(30))
        for letter in driver.letters.prefix(10) {
            driver.dismissed.insert(letter.record.topicPartition.partition, letter.record.offset)
        }
        let end = driver.run()
        #expect(end == .over(.finished))
        #expect(driver.origins == driver.letters.dropFirst(10).map { $0.position.description })
        #expect(driver.lastCounts.matched == 20 && driver.lastCounts.left == [:])
    }

    @Test func `laps are bounded, and what is left is counted`() {
        var driver = JobDriver(Self.letters(10, laps: 3) + (100..<110).map { Letters.own(offset: $0, laps: 2) })
        let end = driver.run()
        #expect(end == .over(.finished))
        #expect(driver.log.count == 10)
        #expect(driver.lastCounts.left == [.lapsSpent: 10])
    }

    @Test func `the first ones go alone, and the rest when all of them have succeeded`() {
        var driver = JobDriver(Self.letters(200))
        driver.settings.canary = 20
        driver.settings.rate = 80
        var before: Int?
        let end = driver.run(
            commit: { _ in .committed([:]) },
            result: { _ in
                before = before ?? 20
                return "created"
            }
        )
        #expect(end == .over(.finished))
        #expect(driver.waits > 0)
        #expect(driver.log.count == 200 && Set(driver.origins).count == 200)
    }

    @Test func `if one of the first fails again nothing else is sent`() {
        var driver = JobDriver(Self.letters(200))
        driver.settings.canary = 20
        var number = 0
        let end = driver.run(result: { _ in
            number += 1
            return number == 7 ? "invalid_command" : "created"
        })
        #expect(end == .over(.canaryFailed))
        #expect(driver.log.count == 20)
        #expect(driver.lastCounts.failedAgain == ["invalid_command": 1])
    }

    @Test func `if one of the first has no result in time nothing else is sent`() {
        var driver = JobDriver(Self.letters(200))
        driver.settings.canary = 20
        var number = 0
        let end = driver.run(result: { _ in
            number += 1
            return number == 7 ? nil : "created"
        })
        #expect(end == .over(.canaryTimedOut))
        #expect(driver.log.count == 20)
    }

    @Test func `what is certain to fail again is left, is none of the first, and is no failure of the job`() {
        let bad = (300..<320).map { Letters.own(offset: $0, value: Letters.badValue) }
        var driver = JobDriver(bad + Self.letters(100))
        driver.settings.canary = 20
        driver.settings.maximumFailures = 1
        let end = driver.run()
        #expect(end == .over(.finished))
        #expect(driver.log.count == 100)
        #expect(driver.log.allSatisfy { $0.value != Letters.text(Letters.badValue) })
        #expect(driver.lastCounts.left == [.wouldFail(.invalidCommand): 20])
    }

    @Test func `fewer letters than the canary's number are judged all the same`() {
        var driver = JobDriver(Self.letters(4))
        driver.settings.canary = 20
        let end = driver.run(result: { _ in "rejected" })
        #expect(end == .over(.canaryFailed))
        var good = JobDriver(Self.letters(4))
        good.settings.canary = 20
        let goodEnd = good.run()
        #expect(goodEnd == .over(.finished))
    }

    @Test func `too many failures stop it`() {
        var driver = JobDriver(Self.letters(300) + (200..<220).map { Letters.own(offset: $0, source: "gone") })
        driver.settings.maximumFailures = 5
        let end = driver.run()
        #expect(end == .over(.tooManyFailures))
        #expect(driver.lastCounts.left[.noSuchTopic] ?? 0 >= 5)
    }

    @Test func `a record that is refused is found among its batch and left, the others go`() {
        var driver = JobDriver(Self.letters(50))
        driver.settings.rate = nil
        let bad = driver.letters[17].position
        let end = driver.run(commit: { batch in
            batch.contains { $0.letter.position == bad } ? .refused(Self.tooLarge) : .committed([:])
        })
        #expect(end == .over(.finished))
        #expect(driver.log.count == 49 && !driver.origins.contains(bad.description))
        #expect(driver.origins == driver.letters.map { $0.position.description }.filter { $0 != bad.description })
        #expect(driver.lastCounts.left == [.refused("MSG_SIZE_TOO_LARGE"): 1])
    }

    @Test func `who is taken over stops at once`() {
        var driver = JobDriver(Self.letters(50))
        let end = driver.run(commit: { _ in .takenOver })
        #expect(end == .over(.takenOver))
        #expect(driver.log.isEmpty)
    }

    @Test(arguments: [10.0, 100, 450])
    func `the rate is kept`(_ rate: Double) throws {
        var driver = JobDriver(Self.letters(1_000))
        driver.settings.rate = rate
        let end = driver.run()
        #expect(end == .over(.finished))
        let first = try #require(driver.times.first)
        let last = try #require(driver.times.last)
        let measured = Double(driver.times.count) / ((last - first) / .seconds(1))
        #expect(abs(measured / rate - 1) < 0.06)
    }

    @Test func `only what is selected is sent`() {
        var driver = JobDriver(Self.letters(30) + (500..<530).map { Letters.own(code: "invalid_json", offset: $0) })
        driver.selection.kinds = ["invalid_json"]
        let end = driver.run()
        #expect(end == .over(.finished))
        #expect(driver.log.count == 30)
        #expect(driver.lastCounts.matched == 30)
    }

    @Test func `a stop waits for nothing, and what was not sent is not counted`() {
        var job = RedriveJob(
            selection: Selection(),
            route: Letters.route(),
            settings: .init(),
            marks: LetterMarks()
        )
        job.stop(.cancelled)
        guard case .end(.cancelled) = job.next(at: .zero) else {
            Issue.record("it goes on")
            return
        }
        #expect(job.counts.moved == 0)
    }
}
