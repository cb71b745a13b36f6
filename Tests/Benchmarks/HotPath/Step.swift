import CustomerContract
import Kafka
import Ledger
import Records
import Topics

@testable import CommandWorker

/// The steps, in the order of the road.
enum Step: String, CaseIterable {
    /// A record becomes a command: JSON read, validated, its fingerprint taken.
    case decode
    /// Offsets are taken and completed out of order, and the progress is asked for.
    case tracker
    /// Commands go through their lanes, two in each.
    case dispatcher
    /// An external_id is looked up, and a success remembered, by batches, in a SQLite file.
    case ledger
    /// A success becomes a result event.
    case encode
    /// The whole core, with a store, an API and a broker that answer at once.
    case engine
    /// The whole road within the worker: a record as the consumer made it, the core, customers made here and remembered
    /// in a SQLite file, and the records of their results as the producer gets them.
    case road
    /// The core with an API that takes 10 ms; by the clock, so that only its rate says anything.
    case engineAtWork = "engine-at-work"

    /// Takes so many steps; how many came to their end.
    func run(_ count: Int) throws -> Int {
        switch self {
        case .decode: try Self.decode(count)
        case .tracker: Self.tracker(count)
        case .dispatcher: try Self.dispatcher(count)
        case .ledger: try Self.waiting { try await Self.inLedger { try await Self.fill(count, $0) } }
        case .encode: try Self.encode(count)
        case .engine: try Engine.run(count)
        case .road: try Self.waiting { try await Self.inLedger { try await Road.run(count, $0) } }
        case .engineAtWork: try EngineAtWork.run(count)
        }
    }

    private static func decode(_ count: Int) throws -> Int {
        let reader = CommandReader()
        var done = 0
        for number in 0..<count {
            if case .command = reader.read(Samples.record(number)) { done += 1 }
        }
        return done
    }

    private static func tracker(_ count: Int) -> Int {
        var tracker = OffsetTracker(committed: nil)
        var done = 0
        // Sixteen at a time, completed from the last to the first.
        for first in stride(from: 0, to: count, by: 16) {
            var numbers: [Int] = []
            for offset in first..<min(first + 16, count) {
                if case .run(let number) = tracker.accept(Int64(offset)) { numbers.append(number) }
            }
            for number in numbers.reversed() where tracker.canComplete(number) {
                tracker.promise(number)
                tracker.complete(number)
                done += 1
            }
            if tracker.progress?.offset != Int64(min(first + 16, count)) { return -1 }
        }
        return done
    }

    private static func dispatcher(_ count: Int) throws -> Int {
        let lanes = (0..<64).map { ExternalID(Samples.externalID($0)) }
        var dispatcher = KeyedDispatcher()
        var done = 0
        for number in 0..<count {
            let lane = lanes[number / 2 % lanes.count]
            let isFirst = dispatcher.enqueue(CommandTicket(slot: number, generation: 0), in: lane)
            guard isFirst == (number % 2 == 0) else { return -1 }
            if isFirst { continue }
            guard dispatcher.finish(lane: lane)?.slot == number, dispatcher.finish(lane: lane) == nil else { return -1 }
            done += 2
        }
        return count % 2 == 0 ? done : done + 1
    }

    private static func encode(_ count: Int) throws -> Int {
        let encoder = ResultEncoder(resultsTopic: "customer_results")
        let command = try Samples.command(0)
        let customer = LocalCustomers().make(command, at: Samples.now)
        let result = CommandResult(
            context: command.context,
            outcome: .created(.created, customer),
            attempts: 1,
            completedAt: Samples.now
        )
        // As the results of a batch, which share the text of their time.
        let completedAt = ResultEncoder.text(of: result.completedAt)
        var done = 0
        for _ in 0..<count where encoder.encode(result, form: .full, completedAt: completedAt).value != nil {
            done += 1
        }
        return done
    }
}
