package import CustomerContract
import Foundation
import GRDB
import Glibc
package import Records

/// The ledger of one machine: a SQLite file that survives power cuts, shared safely by processes of the machine.
///
/// `synchronous=FULL`: a result is published only after its entry, so an entry that a power cut took back would let a
/// second customer be made. One `fsync` serves a whole batch.
package final class SQLiteLedger: Ledger {
    let database: DatabaseQueue
    private let path: String
    private let files: OpenedFiles

    /// Opens or creates the file at `path`; `:memory:` keeps everything in this process.
    ///
    /// - Throws: ``LedgerError`` that names the file and what to do.
    package init(path: String) throws(LedgerError) {
        self.path = path
        try Self.checkPlace(path)
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(Self.lockLimit)
        while true {
            do {
                self.database = try Self.open(path)
                self.files = OpenedFiles(path: path)
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && clock.now < deadline {
                // SQLite does not wait for a lock where two could wait for each other, as when two processes turn on
                // the WAL of a new file at the same moment.
                Thread.sleep(forTimeInterval: 0.02)
            } catch {
                throw Self.translate(error, path)
            }
        }
    }

    /// Refuses a place where a file of SQLite is not safe.
    package static func checkPlace(_ path: String) throws(LedgerError) {
        guard let name = NetworkFileSystem.holding(path) else { return }
        throw LedgerError(
            .misconfigured,
            "\(path) is on a network file system (\(name)), where SQLite's locks and shared memory cannot be relied "
                + "on: put it on a disk of this machine, or share a PostgreSQL by store.url postgres://…"
        )
    }

    /// How long another process may hold the lock, in seconds.
    private static let lockLimit = 10

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(TimeInterval(Self.lockLimit))
        let database: DatabaseQueue
        // The WAL mode of the file is kept in the file; a memory database has no WAL.
        if path == ":memory:" {
            database = try DatabaseQueue(configuration: configuration)
        } else {
            configuration.journalMode = .wal
            Self.createPrivately(path)
            database = try DatabaseQueue(path: path, configuration: configuration)
        }
        // Only now: GRDB goes down to NORMAL when it turns the WAL on, and a power cut could take back what was
        // answered.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try database.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
        }
        if path != ":memory:" { try Self.look(at: database) }
        try LedgerSchema.prepare(database)
        return database
    }

    /// Pages of the log (32 MB) after which they are copied into the file.
    ///
    /// New ids lie anywhere in the index, so with SQLite's 1,000 pages each larger batch fills the log with the same
    /// pages again and pays for copying them: behind a million random ids 100,000 entries take 4.2 s and not 5.8 s.
    private static let checkpointPages = 8_000

    /// Makes a file that is missing, for its owner alone: there are customers in it.
    ///
    /// SQLite gives its companions, the log and the shared memory, the same permissions. A file that exists is not
    /// opened: closing it would take this process's locks on it away (sqlite.org, «How To Corrupt An SQLite Database
    /// File», 2.2). One that cannot be made is left to SQLite, which says why.
    private static func createPrivately(_ path: String) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    /// The largest file whose every page is looked at before it is used: about a second's work.
    ///
    /// Larger ones are looked at by `ledger verify`, when an operator has the time for it.
    private static let looksAtBytes = 268_435_456

    private static func look(at database: DatabaseQueue) throws {
        try database.read { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            guard pages * size <= Self.looksAtBytes else { return }
            let found = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
            guard found == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: found) }
        }
    }

    /// Answers lookups and remembers entries in one transaction with one `fsync`; see ``Ledger/apply(_:)``.
    package func apply(_ batch: LedgerBatch) async throws(LedgerError) -> LedgerAnswers {
        try await self.run { database in
            let find = try LedgerStatement(LedgerRow.select, in: database)
            var answers = LedgerAnswers()
            answers.found.reserveCapacity(batch.lookUps.count)
            for externalID in batch.lookUps {
                answers.found.append(try find.find(externalID)?.entry)
            }
            for entry in batch.superseded {
                try database.execute(
                    sql: LedgerRow.deleteSuperseded,
                    arguments: [
                        entry.externalID.text, entry.position.topic, entry.position.partition, entry.position.offset,
                        entry.rememberedAt.value,
                    ]
                )
            }
            answers.earlier = try Self.insert(batch.entries, in: database, find)
            return answers
        }
    }

    /// For each entry `nil` if it stays, or the one that was there before it.
    private static func insert(
        _ entries: [LedgerEntry],
        in database: Database,
        _ find: LedgerStatement
    ) throws -> [LedgerEntry?] {
        var earlier: [LedgerEntry?] = []
        guard !entries.isEmpty else { return earlier }
        earlier.reserveCapacity(entries.count)
        let one = try LedgerStatement(LedgerRow.insert, in: database)
        let several = try LedgerStatement(LedgerRow.insertSeveral, in: database)
        var rows = GatheredRows()
        var rest = entries[...]
        while !rest.isEmpty {
            let isSeveral = rest.count >= LedgerRow.severalRows
            rows.gather(rest.prefix(isSeveral ? LedgerRow.severalRows : 1))
            rest = rest.dropFirst(rows.entries.count)
            let new = try (isSeveral ? several : one).insert(rows)
            if new.count == rows.entries.count {
                earlier.append(contentsOf: repeatElement(nil, count: rows.entries.count))
                continue
            }
            // ON CONFLICT leaves an earlier entry where it is, and does not say which: its place does.
            var seen: Set<ExternalID> = []
            for entry in rows.entries {
                let kept = try find.find(entry.externalID)
                let isNew = kept.map { new.contains($0.id) } ?? true
                earlier.append(seen.insert(entry.externalID).inserted && isNew ? nil : kept?.entry)
            }
        }
        return earlier
    }

    /// What is remembered of one external_id, or `nil`.
    package func entry(for externalID: ExternalID) async throws(LedgerError) -> LedgerEntry? {
        try await self.run { database in
            try LedgerStatement(LedgerRow.select, in: database).find(externalID)?.entry
        }
    }

    /// Forgets one external_id; returns whether there was one.
    package func forget(_ externalID: ExternalID) async throws(LedgerError) -> Bool {
        try await self.run { database in
            try database.execute(sql: "DELETE FROM customers WHERE external_id = ?", arguments: [externalID.text])
            return database.changesCount > 0
        }
    }

    /// Forgets old entries; see ``Ledger/forget(rememberedBefore:limit:)``.
    package func forget(
        rememberedBefore moment: UnixMilliseconds,
        limit: Int
    ) async throws(LedgerError) -> Int {
        try await self.run { database in
            try database.execute(sql: LedgerRow.deleteOld, arguments: [limit, moment.value])
            return database.changesCount
        }
    }

    /// Forgets old entries wherever they are; see ``Ledger/forget(rememberedBefore:behind:limit:)``.
    package func forget(
        rememberedBefore moment: UnixMilliseconds,
        behind place: Int64,
        limit: Int
    ) async throws(LedgerError) -> (count: Int, next: Int64?) {
        try await self.run { database in
            let row = try Row.fetchOne(database, sql: LedgerRow.placeBehind, arguments: [place, limit])
            guard let row, let end = row[0] as Int64? else { return (0, nil) }
            try database.execute(sql: LedgerRow.deleteBetween, arguments: [place, end, moment.value])
            return (database.changesCount, row[1] < limit ? nil : end)
        }
    }

    /// When the newest entry was remembered; see ``Ledger/lastRemembered(until:)``.
    package func lastRemembered(until moment: UnixMilliseconds) async throws(LedgerError) -> UnixMilliseconds? {
        try await self.run { database in
            try Int64.fetchOne(database, sql: LedgerRow.lastRemembered, arguments: [moment.value])
                .map { UnixMilliseconds($0) }
        }
    }

    /// A page of entries; see ``Ledger/entries(after:limit:)``.
    package func entries(after id: ExternalID?, limit: Int) async throws(LedgerError) -> [LedgerEntry] {
        try await self.run { database in
            try LedgerStatement(LedgerRow.page, in: database).page(after: id?.text ?? "", limit: limit)
        }
    }

    /// The size of the file, without its write-ahead log.
    package func byteCount() async throws(LedgerError) -> Int {
        try await self.run { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            return pages * (try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        }
    }

    /// What SQLite's own check of every page and index finds, at most 100 sentences.
    package func damage() async throws(LedgerError) -> [String] {
        do {
            return try await self.database.writeWithoutTransaction { database in
                try String.fetchAll(database, sql: "PRAGMA integrity_check(100)").filter { $0 != "ok" }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            // So damaged that the check itself does not come to its end.
            return [error.message ?? "the database disk image is malformed"]
        } catch {
            throw Self.translate(error, self.path)
        }
    }

    /// Copies the ledger as it is at one moment into a new file, while workers run.
    ///
    /// The copy is complete, checked and on the disk when this returns; before that it has another name.
    ///
    /// - Throws: ``LedgerError`` when there is a file of that name already, or no room for one.
    package func backUp(to copy: String) async throws(LedgerError) {
        let partial = copy + ".partial"
        do {
            guard !FileManager.default.fileExists(atPath: copy) else {
                throw LedgerError(.refused, "there is a file \(copy) already; name another one")
            }
            // SQLite fills an empty file, and this one is for its owner alone: there are customers in it.
            let descriptor = Glibc.open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw LedgerError(.refused, "\(partial) cannot be made: \(SystemReason.last)")
            }
            defer { Glibc.close(descriptor) }
            // Reads one state of the file and blocks no writer (SQLite's manual, lang_vacuum: «VACUUM INTO»).
            try await self.database.writeWithoutTransaction {
                try $0.execute(sql: "VACUUM INTO ?", arguments: [partial])
            }
            let found = try await DatabaseQueue(path: partial).read { database in
                try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            }
            guard found == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: found) }
            // A link and not a rename: a file that has the name meanwhile stays.
            guard fsync(descriptor) == 0, link(partial, copy) == 0, unlink(partial) == 0 else {
                throw LedgerError(.failed, "\(copy) cannot be made: \(SystemReason.last)")
            }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            throw Self.translate(error, self.path)
        } catch {
            throw Self.translate(error, copy)
        }
    }

    /// How many entries there are; reads the whole index.
    package func count() async throws(LedgerError) -> Int {
        try await self.run { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM customers") ?? 0
        }
    }

    /// Always.
    package var keepsSpilledSets: Bool { true }

    /// Keeps sets in one transaction; see ``Ledger/keep(_:)``.
    package func keep(_ sets: [SpilledSet]) async throws(LedgerError) {
        try await self.run { database in
            for set in sets { try SpilledRow.keep(set, in: database) }
        }
    }

    /// The text that is kept at a place; `nil` when there is none.
    package func spilledSet(at place: SpilledSet.Place) async throws(LedgerError) -> [UInt8]? {
        try await self.run { try SpilledRow.find(place, in: $0) }
    }

    /// Every set that is kept, in any order.
    package func spilledSets() async throws(LedgerError) -> [SpilledSet] {
        try await self.run { try SpilledRow.all(in: $0) }
    }

    /// Keeps a pause; see ``Ledger/keep(_:)``.
    package func keep(_ pause: Pause) async throws(LedgerError) {
        try await self.run { try PauseRow.keep(pause, in: $0) }
    }

    /// Ends a pause; returns whether there was one.
    package func endPause(_ scope: Pause.Scope, of group: String) async throws(LedgerError) -> Bool {
        try await self.run { try PauseRow.end(scope, of: group, in: $0) }
    }

    /// Every pause that is kept.
    package func pauses() async throws(LedgerError) -> [Pause] {
        // Read once a second: nothing is locked for it.
        do {
            return try await self.database.read { try PauseRow.all(in: $0) }
        } catch {
            throw Self.translate(error, self.path)
        }
    }

    private func run<R: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> R
    ) async throws(LedgerError) -> R {
        do {
            return try await self.database.write { [files] database in
                let result = try body(database)
                // Last, so that nothing is answered that was remembered in a file which is gone.
                if let error = Self.replaced(files) { throw error }
                return result
            }
        } catch {
            // SQLite may fail in its own words for the same reason.
            if let error = Self.replaced(self.files) { throw error }
            throw Self.translate(error, self.path)
        }
    }

    private static func replaced(_ files: OpenedFiles) -> LedgerError? {
        files.replaced.map { path in
            LedgerError(
                .replaced,
                "\(path) was removed or replaced while it was open, and what is remembered now would be lost: put it "
                    + "back, or stop every worker, put the right store in its place and start again"
            )
        }
    }

    private static func translate(_ error: any Error, _ path: String) -> LedgerError {
        if let error = error as? LedgerError, error.reason == .replaced { return error }
        if let error = error as? LedgerError { return LedgerError(error.reason, "\(path): \(error.message)") }
        guard let error = error as? DatabaseError else { return LedgerError(.failed, "\(path): \(error)") }
        let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        return switch error.resultCode {
        case .SQLITE_FULL:
            LedgerError(.full, "no space left for \(path): free some, the worker goes on by itself")
        case .SQLITE_READONLY, .SQLITE_PERM:
            LedgerError(.readOnly, "\(path) cannot be written: \(text); check its owner and mode, and its folder's")
        case .SQLITE_CANTOPEN:
            LedgerError(.refused, "\(path) cannot be opened: \(text); check that its folder exists and is ours")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            LedgerError(.locked, "\(path) is locked by another process for more than \(Self.lockLimit) s")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            LedgerError(
                .corrupt,
                "\(path) is not a ledger, or is damaged: \(text); stop every worker, move it away together with its "
                    + "-wal and -shm, and put a copy made by `customer-worker ledger backup` in its place"
            )
        case .SQLITE_IOERR where !self.isWritable(path):
            // After an error of the disk the kernel may let it be read alone; SQLite tells of an error of input or
            // output then.
            LedgerError(.readOnly, "\(path) cannot be written any more: \(text); look into the kernel's log (dmesg)")
        default:
            LedgerError(.failed, "\(path): \(text)")
        }
    }

    private static func isWritable(_ path: String) -> Bool { path == ":memory:" || access(path, W_OK) == 0 }
}
