import Foundation
import JSON
import Operations
import Records
import Settings
import Testing

@testable import Console

/// The rings of numbers and the events, in memory and in their file.
@Suite struct HistoryTests {
    private static let start = UnixMilliseconds(1_764_547_200_000)
    private let address = HostAndPort(host: "127.0.0.1", port: 9464)

    @Test func aStepHasTheLargestNumberAndTheMeanOfRates() async throws {
        let history = History(nil)
        var before = FleetView(workers: [.init(address: self.address)])
        for (second, rate, answers) in [(0, 10, 100), (2, 30, 120), (4, 20, 140)] {
            let view = try self.view(
                at: second,
                #"{"pid":1,"rate_per_second":\#(rate),"api_answers":{"201":\#(answers)}}"#
            )
            try await history.take(view, after: before)
            before = view
        }
        let charts = history.charts(.quarterHour, at: Self.start.advanced(by: .seconds(4)))
        #expect(charts["step"] == .integer(5))
        let rates = charts["series"]?.objectValue?["rate"]?.objectValue?["127.0.0.1:9464"]?.arrayValue
        #expect(rates?.count == 180)
        #expect(rates?.last == .integer(30))
        #expect(rates?.dropLast().allSatisfy { $0.isNull } == true)
        // Two differences of 20 in two seconds, and a first look that has none.
        let answers = charts["answers"]?.objectValue?["201"]?.arrayValue
        #expect(answers?.last == JSONNumber(spelling: "6.667").map { .number($0) })
    }

    @Test func aRestartOfTheConsoleKeepsThem() async throws {
        let path = NSTemporaryDirectory() + "history-\(UUID()).sqlite"
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let first = History(try HistoryFile(path: path))
        var before = FleetView(workers: [.init(address: self.address)])
        for (second, body) in [(0, #"{"pid":1,"version":"1","lag":7}"#), (6, #"{"pid":2,"version":"2","lag":9}"#)] {
            let view = try self.view(at: second, body)
            try await first.take(view, after: before)
            before = view
        }
        let now = Self.start.advanced(by: .seconds(6))
        let second = History(try HistoryFile(path: path))
        try await second.load(at: now)
        #expect(second.charts(.quarterHour, at: now) == first.charts(.quarterHour, at: now))
        #expect(second.charts(.day, at: now) == first.charts(.day, at: now))
        #expect(second.events == first.events)
        #expect(second.events.map(\.kind) == [.restart, .deploy])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let late = History(try HistoryFile(path: path))
        try await late.load(at: now.advanced(by: .seconds(3_600)))
        let charts = late.charts(.quarterHour, at: now.advanced(by: .seconds(3_600)))
        #expect(charts["workers"] == .array([]), "an hour later nothing of it is in the last 15 minutes")
        #expect(
            late.charts(.day, at: now.advanced(by: .seconds(3_600)))["workers"] == .array([.string("127.0.0.1:9464")])
        )
    }

    @Test func theRingsDoNotGrow() async throws {
        let path = NSTemporaryDirectory() + "history-\(UUID()).sqlite"
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let file = try HistoryFile(path: path)
        let history = History(file)
        var before = FleetView(workers: [.init(address: self.address)])
        for step in 0..<400 {
            let view = try self.view(at: step * 5, #"{"pid":\#(step),"lag":1}"#)
            try await history.take(view, after: before)
            before = view
        }
        #expect(try await file.samples(of: .quarterHour).count == 180)
        #expect(try await file.events(10_000).count == 399)
        #expect(history.events.count == 399)
        #expect(history.events.first?.text == "New process 399")
    }

    @Test func aDamagedFileIsSetAside() async throws {
        let path = NSTemporaryDirectory() + "history-\(UUID()).sqlite"
        defer {
            for end in ["", "-wal", "-shm", ".damaged"] { try? FileManager.default.removeItem(atPath: path + end) }
        }
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
        let file = try HistoryFile(path: path)
        #expect(try await file.events(10).isEmpty)
        #expect(FileManager.default.fileExists(atPath: path + ".damaged"))
        #expect(throws: StartFailure.self) { try HistoryFile(path: "/no/such/folder/history.sqlite") }
    }

    private func view(at second: Int, _ status: String) throws -> FleetView {
        var worker = FleetView.Worker(address: self.address)
        worker.status = try JSONParser.parseObject(Array(status.utf8))
        worker.answeredAt = Self.start.advanced(by: .seconds(second))
        return FleetView(workers: [worker], askedAt: worker.answeredAt)
    }
}

/// What the time line says of two answers in a row.
@Suite struct FleetEventTests {
    @Test(arguments: [
        (#"{"pid":1}"#, #"{"pid":2}"#, ["restart: New process 2"]),
        (#"{"version":"1"}"#, #"{"version":"2"}"#, ["deploy: Version 2, after 1"]),
        (
            #"{"reasons":[]}"#, #"{"reasons":[{"reason":"api_failing","detail":"503"}]}"#,
            ["readiness: api_failing: 503"]
        ),
        (
            #"{"reasons":[{"reason":"api_failing","detail":"503"}]}"#,
            #"{"reasons":[{"reason":"not_joined","detail":"x"}]}"#,
            ["readiness: not_joined: x", "readiness: api_failing has ended"]
        ),
        (
            #"{"partitions":[{"partition":0},{"partition":10}]}"#,
            #"{"partitions":[{"partition":10},{"partition":2}]}"#,
            ["rebalance: took partitions 2, gave up 0; has 2"]
        ),
        (
            #"{"reload":null}"#, #"{"reload":{"count":1,"in_effect":false}}"#,
            ["reload: Settings read again and refused"]
        ),
        (#"{"pauses":[]}"#, #"{"pauses":[{}]}"#, ["pause: 1 pause of operators in effect"]),
        (#"{"lag":1}"#, #"{"lag":2}"#, []),
    ])
    func tells(before: String, after: String, events: [String]) throws {
        let (old, new) = (try Self.worker(before), try Self.worker(after))
        #expect(FleetEvent.between(old, new, at: .now()).map { "\($0.kind.rawValue): \($0.text)" } == events)
    }

    @Test func tellsOfSilenceOnce() throws {
        let answering = try Self.worker("{}")
        var silent = answering
        silent.status = nil
        silent.silence = "no worker answers"
        #expect(FleetEvent.between(answering, silent, at: .now()).map(\.text) == ["No answer: no worker answers"])
        #expect(FleetEvent.between(silent, silent, at: .now()).isEmpty)
        #expect(FleetEvent.between(silent, answering, at: .now()).map(\.text) == ["Answers again"])
        silent.lastStatus = try Self.worker(#"{"pid":1}"#).status
        let restarted = try Self.worker(#"{"pid":2}"#)
        #expect(
            FleetEvent.between(silent, restarted, at: .now()).map(\.text) == ["Answers again", "New process 2"],
            "a restart with a silence before it is one all the same"
        )
        let unknown = FleetView.Worker(address: answering.address)
        #expect(FleetEvent.between(unknown, answering, at: .now()).isEmpty, "the first look finds, and tells nothing")
    }

    private static func worker(_ status: String) throws -> FleetView.Worker {
        var worker = FleetView.Worker(address: HostAndPort(host: "127.0.0.1", port: 1))
        worker.status = try JSONParser.parseObject(Array(status.utf8))
        return worker
    }
}
