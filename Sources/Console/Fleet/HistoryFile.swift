import Foundation
import GRDB
import JSON
import Operations
import Records

/// The console's own SQLite file: the rings of ``History``, and its events.
///
/// It holds nothing that is needed: a file that is damaged is set aside, and a new one begun.
struct HistoryFile: Sendable {
    private let database: DatabaseQueue

    /// Opens the file, or makes it, for its owner alone.
    ///
    /// - Throws: ``StartFailure`` 77 when it cannot be made or written.
    init(path: String) throws(StartFailure) {
        do {
            self.database = try Self.open(path)
        } catch let error as DatabaseError
            where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        {
            do {
                try? FileManager.default.removeItem(atPath: "\(path).damaged")
                try FileManager.default.moveItem(atPath: path, toPath: "\(path).damaged")
                self.database = try Self.open(path)
            } catch {
                throw StartFailure(
                    .notPermitted,
                    "console.history: \(path) is damaged and cannot be replaced: \(error)"
                )
            }
        } catch {
            throw StartFailure(.notPermitted, "console.history: \(path) cannot be opened: \(error)")
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        if !FileManager.default.fileExists(atPath: path) {
            let isMade = FileManager.default.createFile(
                atPath: path,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            )
            if !isMade { throw CocoaError(.fileWriteNoPermission) }
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS samples (
                        span INTEGER NOT NULL, slot INTEGER NOT NULL, step INTEGER NOT NULL, sample TEXT NOT NULL,
                        PRIMARY KEY (span, slot)
                    ) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS events (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, worker TEXT NOT NULL,
                        kind TEXT NOT NULL, text TEXT NOT NULL, is_bad INTEGER NOT NULL
                    );
                    """
            )
        }
        return queue
    }

    /// Writes the samples that have changed, each in its place of the ring, and what happened.
    func write(
        _ samples: [(span: History.Span, step: Int64, sample: History.Sample)],
        _ events: [FleetEvent],
        keeping mostEvents: Int
    ) async throws {
        try await self.database.write { database in
            for (span, step, sample) in samples {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?)",
                    arguments: [span.step, step % span.count, step, sample.text]
                )
            }
            for event in events {
                try database.execute(
                    sql: "INSERT INTO events (at, worker, kind, text, is_bad) VALUES (?, ?, ?, ?, ?)",
                    arguments: [event.at.value, event.worker, event.kind.rawValue, event.text, event.isBad]
                )
            }
            guard !events.isEmpty else { return }
            try database.execute(
                sql: "DELETE FROM events WHERE number <= (SELECT max(number) FROM events) - ?",
                arguments: [mostEvents]
            )
        }
    }

    /// The samples of a ring, by their step.
    func samples(of span: History.Span) async throws -> [Int64: History.Sample] {
        try await self.database.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT step, sample FROM samples WHERE span = ?",
                arguments: [span.step]
            )
            return rows.reduce(into: [:]) { samples, row in
                samples[row["step"]] = History.Sample(text: row["sample"])
            }
        }
    }

    /// The latest events, the newest first.
    func events(_ count: Int) async throws -> [FleetEvent] {
        try await self.database.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM events ORDER BY number DESC LIMIT ?", arguments: [count])
                .compactMap { row in
                    FleetEvent.Kind(rawValue: row["kind"]).map { kind in
                        FleetEvent(
                            kind,
                            row["text"],
                            isBad: row["is_bad"],
                            worker: row["worker"],
                            at: UnixMilliseconds(row["at"])
                        )
                    }
                }
        }
    }
}

extension History.Sample {
    /// The sample as JSON.
    var text: String {
        let workers = self.workers.sorted { $0.key < $1.key }.map { worker, numbers in
            JSONObject.Member(
                name: worker,
                value: .object(
                    JSONObject(
                        numbers.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { series, value in
                            History.number(value).map { .init(name: series.rawValue, value: $0) }
                        }
                    )
                )
            )
        }
        let answers = self.answers.sorted { $0.key < $1.key }.compactMap { status, rate in
            History.number(rate).map { JSONObject.Member(name: status, value: $0) }
        }
        let object = JSONObject([
            "workers": .object(JSONObject(workers)), "answers": .object(JSONObject(answers)),
            "looks": .integer(self.looks),
        ])
        return String(decoding: JSONWriter.encode(object), as: UTF8.self)
    }

    /// Reads a sample; what is not there is absent from it.
    init(text: String) {
        self.init()
        guard let object = try? JSONParser.parseObject(Array(text.utf8)) else { return }
        func numbers(_ value: JSONValue?) -> [String: Double] {
            (value?.objectValue?.members ?? []).reduce(into: [:]) { numbers, member in
                guard case .number(let number) = member.value else { return }
                numbers[member.name] = Double(number.spelling)
            }
        }
        for member in object["workers"]?.objectValue?.members ?? [] {
            for (name, value) in numbers(member.value) {
                History.Series(rawValue: name).map { self.workers[member.name, default: [:]][$0] = value }
            }
        }
        self.answers = numbers(object["answers"])
        self.looks = Int(object.spelling("looks") ?? "") ?? 0
    }
}
