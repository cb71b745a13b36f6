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
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            do {
                try? FileManager.default.removeItem(atPath: "\(path).damaged")
                try FileManager.default.moveItem(atPath: path, toPath: "\(path).damaged")
                self.database = try Self.open(path)
            } catch {
                let sentence = "console.history: \(path) is damaged and cannot be replaced: \(error)"
                throw StartFailure(.notPermitted, sentence)
            }
        } catch {
            throw StartFailure(.notPermitted, "console.history: \(path) cannot be opened: \(error)")
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        let files = FileManager.default
        if !files.fileExists(atPath: path) {
            guard files.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
                throw CocoaError(.fileWriteNoPermission)
            }
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
            let sql = "SELECT step, sample FROM samples WHERE span = ?"
            return try Row.fetchAll(database, sql: sql, arguments: [span.step]).reduce(into: [:]) { samples, row in
                samples[row["step"]] = History.Sample(text: row["sample"])
            }
        }
    }

    /// The latest events, the newest first.
    func events(_ count: Int) async throws -> [FleetEvent] {
        try await self.database.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM events ORDER BY number DESC LIMIT ?", arguments: [count])
                .compactMap { row in
                    guard let kind = FleetEvent.Kind(rawValue: row["kind"]) else { return nil }
                    let (isBad, worker): (Bool, String) = (row["is_bad"], row["worker"])
                    let at = UnixMilliseconds(row["at"])
                    return FleetEvent(kind: kind, text: row["text"], isBad: isBad, worker: worker, at: at)
                }
        }
    }
}

extension History.Sample {
    var text: String {
        func members(_ numbers: [String: Double]) -> JSONValue {
            let members = numbers.sorted { $0.key < $1.key }.compactMap { name, value in
                History.number(value).map { JSONObject.Member(name: name, value: $0) }
            }
            return .object(JSONObject(members))
        }
        let workers = self.workers.sorted { $0.key < $1.key }.map { worker, numbers in
            let named = numbers.map { ($0.key.rawValue, $0.value) }
            return JSONObject.Member(name: worker, value: members(Dictionary(uniqueKeysWithValues: named)))
        }
        return JSONValue.members([
            "workers": .object(JSONObject(workers)), "answers": members(self.answers), "looks": .integer(self.looks),
        ]).compact
    }

    /// Reads a sample; what is not there is absent from it.
    init(text: String) {
        self.init()
        guard let object = try? JSONParser.parseObject(Array(text.utf8)) else { return }
        func numbers(_ object: JSONObject?) -> [String: Double] {
            (object?.members ?? []).reduce(into: [:]) { $0[$1.name] = object?.double($1.name) }
        }
        for member in object.object("workers")?.members ?? [] {
            for (name, value) in numbers(member.value.objectValue) {
                History.Series(rawValue: name).map { self.workers[member.name, default: [:]][$0] = value }
            }
        }
        self.answers = numbers(object.object("answers"))
        self.looks = object.integer("looks") ?? 0
    }
}
