import CustomerContract
import Kafka
import Records
import Topics

@testable import Redrive

/// Plays the owner of a job, and the cluster: commits what the job sends, in order, unless it is told to fail or to
/// die.
struct JobDriver {
    /// What became of a run.
    enum End: Equatable {
        case over(RedriveJob.Ending)
        case died
    }

    let letters: [DeadLetter]
    var settings = RedriveJob.Settings()
    var selection = Selection()
    var laps = 3
    var dismissed = LetterSet()

    /// What committed readers see, in order.
    private(set) var log: [ProducerRecord] = []
    /// What the cluster remembers.
    private(set) var pages: [Int64: [Int32: PartitionOffset]] = [:]
    private(set) var moved = 0
    private(set) var canary = JobRecord.Canary.none
    private(set) var times: [Duration] = []
    private(set) var lastCounts = RedriveJob.Counts()
    private(set) var largestRead = 0
    private(set) var waits = 0

    init(_ letters: [DeadLetter]) {
        self.letters = letters
    }

    /// Runs a process of the job until its end or its death.
    ///
    /// - Parameters:
    ///   - commit: what becomes of each transaction; `nil` kills the process before it.
    ///   - diesAfter: whether the process is killed behind a transaction that was committed.
    ///   - result: how a record that was sent fares; `nil` for no result.
    mutating func run(
        commit: ([RedriveJob.Outgoing]) -> JobStore.Outcome? = { _ in .committed([:]) },
        diesAfter: ([RedriveJob.Outgoing]) -> Bool = { _ in false },
        result: (ProducerRecord) -> String? = { _ in "created" }
    ) -> End {
        var sentBack = LetterSet()
        for page in self.pages.values {
            for offset in page.values { sentBack.read(offset) }
        }
        var job = RedriveJob(
            selection: self.selection,
            route: self.route,
            settings: self.settings,
            marks: LetterMarks(sentBack: sentBack, dismissed: self.dismissed),
            movedBefore: self.moved,
            canary: self.canary
        )
        defer { self.lastCounts = job.counts }
        var now = Duration.zero
        var next = 0
        var reported = 0
        for _ in 0..<1_000_000 {
            switch job.next(at: now) {
            case .read(let limit):
                self.largestRead = max(self.largestRead, limit)
                for letter in self.letters[next..<min(next + limit, self.letters.count)] { job.take(letter) }
                next = min(next + limit, self.letters.count)
                if next == self.letters.count { job.readAll() }
            case .send(let batch):
                self.times += batch.map { _ in now }
                guard let outcome = commit(batch) else { return .died }
                if case .committed = outcome {
                    let places = self.commit(batch, &job)
                    self.moved = job.counts.movedBefore + job.counts.moved + batch.count
                    self.canary = job.canary
                    if diesAfter(batch) { return .died }
                    job.learn(.committed(places), at: now)
                } else {
                    job.learn(outcome, at: now)
                }
                now += .milliseconds(1)
            case .beat:
                self.canary = job.canary
                job.beaten(at: now)
            case .rest(let until): now = max(now, until)
            case .followResults(let until):
                self.waits += 1
                let fresh = self.log.indices.dropFirst(reported)
                reported = self.log.count
                var answered = false
                for index in fresh {
                    guard let code = result(self.log[index]) else { continue }
                    answered = true
                    job.observe(Self.position(index), succeeded: code == "created", code: code)
                }
                if !answered { now = until }
            case .end(let ending): return .over(ending)
            }
        }
        return .died
    }

    /// Where the record of that number in the log stands.
    static func position(_ index: Int) -> RecordPosition {
        RecordPosition(topic: "customer_commands", partition: 0, offset: Int64(index))
    }

    private mutating func commit(_ batch: [RedriveJob.Outgoing], _ job: inout RedriveJob) -> [Int: RecordPosition] {
        for (page, offsets) in job.pages(with: batch, of: Letters.topic) {
            for offset in offsets { self.pages[page, default: [:]][offset.topicPartition.partition] = offset }
        }
        let first = self.log.count
        self.log += batch.map(\.record)
        return Dictionary(
            uniqueKeysWithValues: batch.indices.map { ($0, Self.position(first + $0)) }
        )
    }

    private var route: ReturnRoute {
        Letters.route(laps: self.laps)
    }

    /// The dead letters that the log's records come from.
    var origins: [String] {
        self.log.map { record in
            record.headers[DeadLetter.redrivenFrom].map {
                String(decoding: $0, as: UTF8.self)
            } ?? "?"
        }
    }
}
