import CustomerContract
import Foundation
import GRDB
import Glibc
import Testing

@testable import Ledger

/// What is particular to the ledger in a file: durability, several processes, and files that are not as they should be.
@Suite(.timeLimit(.minutes(1))) struct SQLiteLedgerTests {
    @Test func `every batch is on the disk before it is answered`() async throws {
        try await withFolder { folder in
            let ledger = try SQLiteLedger(path: folder + "/customers.sqlite")
            let (journal, synchronous) = try await ledger.database.read { database in
                (
                    try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                    try Int.fetchOne(database, sql: "PRAGMA synchronous")
                )
            }
            #expect(journal == "wal")
            // 2 is FULL: in a WAL the one that syncs at every commit.
            #expect(synchronous == 2)
        }
    }

    @Test func `a ledger that is opened again has kept everything`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            let entries = try (0..<100).map { try entry("id-\($0)", offset: Int64($0)) }
            do { _ = try await SQLiteLedger(path: path).apply(LedgerBatch(entries: entries)) }
            let reopened = try SQLiteLedger(path: path)
            #expect(try await reopened.apply(LedgerBatch(lookUps: entries.map(\.externalID))).found == entries)
            #expect(try await reopened.apply(LedgerBatch(entries: entries)).earlier == entries)
        }
    }

    @Test func `a new file and its companions are for their owner alone`() async throws {
        try await withFolder { folder in
            let ledger = try SQLiteLedger(path: folder + "/customers.sqlite")
            _ = try await ledger.apply(LedgerBatch(entries: [entry("id", offset: 0)]))
            for ending in ["", "-wal", "-shm"] {
                var status = stat()
                try #require(stat(folder + "/customers.sqlite" + ending, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600, "customers.sqlite\(ending)")
            }
        }
    }

    @Test(arguments: ["", "-wal"])
    func `nothing is answered once a file of the ledger is gone, and all is again once it is back`(
        ending: String
    ) async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            let ledger = try SQLiteLedger(path: path)
            let first = try entry("first")
            _ = try await ledger.apply(LedgerBatch(entries: [first]))
            let away = folder + "/away"
            try FileManager.default.moveItem(atPath: path + ending, toPath: away)
            let second = LedgerBatch(lookUps: [first.externalID], entries: [try entry("second", offset: 1)])
            for isReplaced in [false, true] {
                if isReplaced { try Data().write(to: URL(fileURLWithPath: path + ending)) }
                let error = await #expect(throws: LedgerError.self) { try await ledger.apply(second) }
                #expect(error?.reason == .replaced)
                #expect(error?.message.contains(path + ending) == true)
            }
            try FileManager.default.removeItem(atPath: path + ending)
            try FileManager.default.moveItem(atPath: away, toPath: path + ending)
            let answers = try await ledger.apply(second)
            #expect(answers.found == [first])
            #expect(answers.earlier == [nil])
        }
    }

    @Test func `of two ledgers on one file exactly one wins each of 1,000 ids`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            let ledgers = [try SQLiteLedger(path: path), try SQLiteLedger(path: path)]
            let wins = try await withThrowingTaskGroup(of: [String].self) { group in
                for (owner, ledger) in ledgers.enumerated() {
                    for chunk in 0..<10 {
                        let entries = try (0..<100).map { index in
                            try entry("id-\(chunk * 100 + index)", offset: Int64(owner), name: "Owner \(owner)")
                        }
                        group.addTask {
                            let earlier = try await ledger.apply(LedgerBatch(entries: entries)).earlier
                            return zip(entries, earlier).filter { $1 == nil }.map(\.0.externalID.text)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(wins.count == 1_000)
            #expect(Set(wins).count == 1_000)
            #expect(try await ledgers[0].count() == 1_000)
            #expect(try await ledgers[1].count() == 1_000)
        }
    }

    @Test func `ledgers that open a new file at the same moment all get it`() async throws {
        try await withFolder { folder in
            for round in 0..<10 {
                let path = folder + "/round-\(round).sqlite"
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { _ = try await SQLiteLedger(path: path).count() } }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `a folder that does not exist is named`() throws {
        let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: "/nonexistent-folder/customers.sqlite") }
        #expect(error?.reason == .refused)
        #expect(error?.message.contains("/nonexistent-folder/customers.sqlite") == true)
    }

    @Test func `a folder in the place of the file is named`() async throws {
        try await withFolder { folder in
            let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: folder) }
            #expect(error?.reason == .refused)
            #expect(error?.message.contains(folder) == true)
        }
    }

    @Test func `a file that is not a database is left alone and named`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            let text = Data(String(repeating: "external_id,name\n", count: 500).utf8)
            try text.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: path) }
            #expect(error?.reason == .corrupt)
            #expect(error?.message.contains(path) == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
        }
    }

    @Test func `a file of a later version is refused, and not changed`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            do { _ = try await SQLiteLedger(path: path).apply(LedgerBatch(entries: [try entry("a")])) }
            do {
                let raw = try DatabaseQueue(path: path)
                try await raw.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9: from the future')") }
            }
            let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: path) }
            #expect(error?.reason == .corrupt)
            #expect(error?.message.contains("later version") == true)
            #expect(error?.message.contains(path) == true)
            let raw = try DatabaseQueue(path: path)
            #expect(try await raw.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM customers") } == 1)
        }
    }

    @Test func `somebody else's database is refused`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            do {
                let raw = try DatabaseQueue(path: path)
                try await raw.write { try $0.execute(sql: "CREATE TABLE customers (name TEXT)") }
            }
            let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: path) }
            #expect(error?.reason == .failed)
            #expect(error?.message.contains(path) == true)
        }
    }

    static let damage = [
        "fingerprint = x'00'", "field_digests = x'FF'", "outcome = 'maybe'", "fingerprint = zeroblob(0)",
        "\"partition\" = 99999999999",
    ]

    @Test(arguments: damage)
    func `an entry that cannot be understood is damage, not absence`(change: String) async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            let ledger = try SQLiteLedger(path: path)
            _ = try await ledger.apply(LedgerBatch(entries: [try entry("a"), try entry("b")]))
            let raw = try DatabaseQueue(path: path)
            try await raw.write { try $0.execute(sql: "UPDATE customers SET \(change) WHERE external_id = 'a'") }
            let error = await #expect(throws: LedgerError.self) { try await ledger.entry(for: ExternalID("a")) }
            #expect(error?.reason == .corrupt)
            #expect(error?.message.contains(path) == true)
            #expect(try await ledger.entry(for: ExternalID("b")) != nil)
        }
    }

    @Test func `a full disk is told as such, nothing of the batch is kept, and it goes on once there is room`()
        async throws
    {
        try await withFolder { folder in
            let ledger = try SQLiteLedger(path: folder + "/customers.sqlite")
            let entries = try (0..<500).map { try entry("id-\($0)", offset: Int64($0)) }
            try await ledger.database.writeWithoutTransaction { database in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages + 2)")
            }
            let error = await #expect(throws: LedgerError.self) {
                try await ledger.apply(LedgerBatch(entries: entries))
            }
            #expect(error?.reason == .full)
            #expect(try await ledger.count() == 0)
            try await ledger.database.writeWithoutTransaction { database in
                _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = 1000000")
            }
            #expect(try await ledger.apply(LedgerBatch(entries: entries)).earlier.allSatisfy { $0 == nil })
            #expect(try await ledger.count() == 500)
        }
    }

    @Test func `a folder that may not be written is told as such`() async throws {
        try await withFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
            let error = try Self.asNobody { Self.openError(folder + "/customers.sqlite") }
            #expect(error?.reason == .refused)
            #expect(error?.message.contains(folder) == true)
        }
    }

    @Test func `a file that may not be written is told as such`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            do { _ = try await SQLiteLedger(path: path).count() }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: "\(folder)/\(name)")
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
            let error = try Self.asNobody { Self.openError(path) }
            #expect(error.map { [.readOnly, .refused].contains($0.reason) } == true)
            #expect(error?.message.contains(path) == true)
        }
    }

    private static func openError(_ path: String) -> LedgerError? {
        do throws(LedgerError) {
            _ = try SQLiteLedger(path: path)
            return nil
        } catch {
            return error
        }
    }

    /// Runs `body` without root's right to write everywhere; on Linux that right goes with a thread's own file system
    /// id.
    private static func asNobody<R>(_ body: () throws -> R) throws -> R {
        let mine = geteuid()
        guard mine == 0 else { return try body() }
        // By name, because Swift's module of the C library leaves it out.
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setFileSystemID = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> CInt).self)
        _ = setFileSystemID(65_534)
        defer { _ = setFileSystemID(mine) }
        return try body()
    }
}
