import JSON
import Operations
import Records
import Synchronization

/// The numbers of the last 15 minutes and of the last day, and the latest events: what charts and the time line show.
///
/// Two rings of fixed length, in memory and in a file: memory does not grow, and a restart keeps them.
final class History: Sendable {
    /// A ring: a number of steps of the same length.
    struct Span: Sendable, Hashable {
        /// The length of a step, in seconds.
        let step: Int64
        let count: Int64

        static let quarterHour = Span(step: 5, count: 180)
        static let day = Span(step: 120, count: 720)

        /// The step that a time is in.
        func step(of time: UnixMilliseconds) -> Int64 { time.value / 1_000 / self.step }
    }

    /// The numbers that are kept of a worker, by the name that the charts know.
    enum Series: String, Sendable, CaseIterable {
        case rate
        case p50
        case p99
        case lag
        case inFlight = "in_flight"
        case oldest
    }

    /// The numbers of one step: of a worker the largest of the step, of the answers their rate.
    struct Sample: Sendable, Equatable {
        var workers: [String: [Series: Double]] = [:]
        /// Requests a second, by status.
        var answers: [String: Double] = [:]
        /// The number of looks that `answers` is the mean of.
        var looks = 0
    }

    /// Events are kept up to this number.
    static let mostEvents = 500

    private struct State {
        var rings: [Span: [Int64: Sample]] = [.quarterHour: [:], .day: [:]]
        var events: [FleetEvent] = []
    }

    private let state = Mutex(State())
    private let file: HistoryFile?

    /// - Parameter file: Where it is kept; `nil` keeps it in memory alone.
    init(_ file: HistoryFile?) {
        self.file = file
    }

    func load(at now: UnixMilliseconds = .now()) async throws {
        guard let file else { return }
        for span in [Span.quarterHour, .day] {
            let first = span.step(of: now) - span.count
            let samples = try await file.samples(of: span).filter { $0.key > first && $0.key <= span.step(of: now) }
            self.state.withLock { $0.rings[span] = samples }
        }
        let events = try await file.events(Self.mostEvents)
        self.state.withLock { $0.events = events }
    }

    /// Takes in a look at the workers.
    ///
    /// - Throws: The file's error; in memory it is kept all the same.
    func take(_ view: FleetView, after before: FleetView) async throws {
        guard let now = view.askedAt else { return }
        let workers = zip(before.workers, view.workers)
        let events = workers.flatMap { FleetEvent.between($0, $1, at: now) }
        var look = Sample(looks: 1)
        for (old, new) in workers {
            guard new.status != nil else { continue }
            look.workers["\(new.address)"] = Self.numbers(of: new)
            let seconds = old.answeredAt.map { Double(now.milliseconds(since: $0)) / 1_000 } ?? 0
            guard seconds > 0, old.status?["pid"] == new.status?["pid"] else { continue }
            for member in new.status?.object("api_answers")?.members ?? [] {
                guard let count = new.number("api_answers", member.name) else { continue }
                let more = count - (old.number("api_answers", member.name) ?? 0)
                look.answers[member.name, default: 0] += max(0, more) / seconds
            }
        }
        let written = self.state.withLock { state in
            state.events = Array((events.reversed() + state.events).prefix(Self.mostEvents))
            return [Span.quarterHour, .day].map { span -> (Span, Int64, Sample) in
                let step = span.step(of: now)
                var sample = state.rings[span]?[step] ?? Sample()
                sample.add(look)
                state.rings[span]?[step] = sample
                state.rings[span] = state.rings[span]?.filter { $0.key > step - span.count }
                return (span, step, sample)
            }
        }
        try await self.file?.write(written, events, keeping: Self.mostEvents)
    }

    private static func numbers(of worker: FleetView.Worker) -> [Series: Double] {
        let numbers: [(Series, Double?)] = [
            (.rate, worker.number("rate_per_second")), (.p50, worker.number("latency_seconds", "p50")),
            (.p99, worker.number("latency_seconds", "p99")), (.lag, worker.number("lag")),
            (.inFlight, worker.number("in_flight")), (.oldest, worker.number("oldest_unfinished_seconds")),
        ]
        return Dictionary(uniqueKeysWithValues: numbers.compactMap { name, value in value.map { (name, $0) } })
    }

    /// The latest events, the newest first.
    var events: [FleetEvent] { self.state.withLock(\.events) }

    /// What the charts draw (see `Assets/console.js`): for every series a number or null for each step.
    func charts(_ span: Span, at now: UnixMilliseconds = .now()) -> JSONObject {
        let ring = self.state.withLock { $0.rings[span] ?? [:] }
        let last = span.step(of: now)
        let steps = (last - span.count + 1)...last
        let workers = Set(ring.values.flatMap(\.workers.keys)).sorted()
        let statuses = Set(ring.values.flatMap(\.answers.keys)).sorted()
        func values(_ value: (Sample) -> Double?) -> JSONValue {
            .array(steps.map { ring[$0].flatMap(value).flatMap(Self.number) ?? .null })
        }
        let series = Series.allCases.map { name in
            let ofWorkers = workers.map { worker in
                JSONObject.Member(name: worker, value: values { $0.workers[worker]?[name] })
            }
            return JSONObject.Member(name: name.rawValue, value: .object(JSONObject(ofWorkers)))
        }
        let answers = statuses.map { status in
            JSONObject.Member(name: status, value: values { $0.looks == 0 ? nil : $0.answers[status] ?? 0 })
        }
        return JSONObject([
            "step": .integer(Int(span.step)), "end": .integer(Int((last + 1) * span.step)),
            "count": .integer(Int(span.count)), "workers": .strings(workers),
            "series": .object(JSONObject(series)), "answers": .object(JSONObject(answers)),
        ])
    }

    /// A number with three decimals; `nil` for one that is none.
    static func number(_ value: Double) -> JSONValue? {
        value.isFinite && abs(value) < 1e15 ? .decimal(value) : nil
    }
}

extension History.Sample {
    /// Adds another look within the same step.
    mutating func add(_ look: History.Sample) {
        for (worker, numbers) in look.workers {
            for (series, value) in numbers {
                self.workers[worker, default: [:]][series] = max(value, self.workers[worker]?[series] ?? value)
            }
        }
        let all = Double(self.looks + look.looks)
        for status in Set(self.answers.keys).union(look.answers.keys) {
            let (mine, other) = (self.answers[status] ?? 0, look.answers[status] ?? 0)
            self.answers[status] = (mine * Double(self.looks) + other * Double(look.looks)) / max(1, all)
        }
        self.looks += look.looks
    }
}
