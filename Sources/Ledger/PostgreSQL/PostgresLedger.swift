package import CustomerContract
import PostgreSQL
package import Records
import Synchronization

/// The ledger of several machines: a PostgreSQL database.
///
/// 1. One connection remembers, a bounded pool looks up, forgets and counts.
/// 2. A batch of lookups is one statement, and so is a batch of entries: each is a transaction of its own, and nothing
///    is held open between two messages, so that an instance that dies or is cut off holds no lock.
/// 3. Of two entries for one external_id the unique index lets one stay, whoever else remembers at the same moment; the
///    other one gets it as its answer. Lookups of a batch are answered before its entries are sent.
/// 4. A statement may have been carried out although its connection was lost. Everything here may run again: an entry
///    that finds itself is recognised by its record's position (``LedgerVerdict``).
package final class PostgresLedger: Ledger {
    private let place: String
    private let writer: Connection
    private let pool: ConnectionPool
    private let hasSpilledSets = Atomic(false)
    private let hasPauses = Atomic(false)

    /// Connections for lookups and maintenance, beside the one that remembers.
    private static let poolSize = 3
    /// How long a statement of a batch may take: hundreds of times what one takes, and short enough to notice a server
    /// that does not answer.
    package static let patience: Duration = .seconds(10)
    /// For what reads everything.
    private static let longPatience: Duration = .seconds(3_600)
    /// Attempts at what a deadlock or a disappearing row disturbed.
    private static let attempts = 5

    /// Connects, and makes or brings forward the tables.
    ///
    /// - Parameters:
    ///   - uri: as libpq takes it.
    ///   - place: the same without its password, for messages.
    /// - Throws: ``LedgerError`` that names the place and what to do.
    package static func open(
        _ uri: String,
        shownAs place: String,
        patience: Duration = PostgresLedger.patience
    ) async throws(LedgerError) -> PostgresLedger {
        let address: ServerAddress
        do throws(PostgresError) {
            address = try ServerAddress(uri: uri, description: place)
        } catch {
            throw LedgerError(error, place)
        }
        let ledger = PostgresLedger(address, place: place, patience: patience)
        try await ledger.prepare()
        return ledger
    }

    /// Connects, and tells what it finds; nothing is made.
    ///
    /// - Returns: whether the tables are there, in this program's version.
    package static func probe(_ uri: String, shownAs place: String) async throws(LedgerError) -> Bool {
        do throws(PostgresError) {
            let address = try ServerAddress(uri: uri, description: place)
            let connection = Connection(address, preamble: PostgresSchema.preamble, patience: Self.patience)
            let version = try await Self.version(on: connection)
            await connection.close()
            return version == PostgresSchema.version
        } catch {
            throw LedgerError(error, place)
        }
    }

    private init(_ address: ServerAddress, place: String, patience: Duration) {
        func connection() -> Connection {
            Connection(address, preamble: PostgresSchema.preamble, patience: patience)
        }
        self.place = place
        self.writer = connection()
        self.pool = ConnectionPool(size: Self.poolSize, connection)
    }

    private func prepare() async throws(LedgerError) {
        try await self.translating { () throws(PostgresError) in
            if try await Self.version(on: self.writer) < PostgresSchema.version {
                try await self.writer.script(PostgresSchema.migrate, within: .seconds(90))
            }
            let version = try await Self.version(on: self.writer)
            guard version == PostgresSchema.version else {
                throw PostgresError(.answer, "is of a later version: run the version that wrote it, or a later one")
            }
            try await self.writer.script(PostgresSpilledSet.create, within: .seconds(90))
            let isUsable = try await self.writer.query(PostgresSpilledSet.isUsable, []) { $0.integer(0) }
            self.hasSpilledSets.store(isUsable == [1], ordering: .relaxed)
            try await self.writer.script(PostgresPause.create, within: .seconds(90))
            let areReadable = try await self.writer.query(PostgresPause.isUsable, []) { $0.integer(0) }
            self.hasPauses.store(areReadable == [1], ordering: .relaxed)
        }
    }

    private static func version(on connection: Connection) async throws(PostgresError) -> Int64 {
        let isThere = try await connection.query(PostgresSchema.hasVersions, []) { $0.integer(0) ?? 0 }
        guard isThere == [1] else { return 0 }
        return try await connection.query(PostgresSchema.readVersion, []) { $0.integer(0) ?? 0 }.first ?? 0
    }

    /// Answers lookups, then remembers entries, in one statement each; see ``Ledger/apply(_:)``.
    package func apply(_ batch: LedgerBatch) async throws(LedgerError) -> LedgerAnswers {
        try await self.translating { () throws(PostgresError) in
            var answers = LedgerAnswers()
            if !batch.lookUps.isEmpty {
                let found = try await self.pool.run { (connection) throws(PostgresError) in
                    try await Self.find(batch.lookUps, on: connection)
                }
                answers.found = batch.lookUps.map { found[$0] }
            }
            if !batch.superseded.isEmpty { try await self.forget(batch.superseded) }
            if !batch.entries.isEmpty { answers.earlier = try await self.remember(batch.entries) }
            return answers
        }
    }

    private func forget(_ superseded: [LedgerEntry]) async throws(PostgresError) {
        for attempt in 1... {
            do throws(PostgresError) {
                _ = try await self.writer.query(PostgresEntry.forgetSuperseded, PostgresEntry.places(superseded)) {
                    $0.integer(0)
                }
                return
            } catch  where attempt < Self.attempts && error.passesAtOnce {
                continue
            }
        }
    }

    private static func find(
        _ ids: some Sequence<ExternalID>,
        on connection: Connection
    ) async throws(PostgresError) -> [ExternalID: LedgerEntry] {
        let wanted = Set(ids).map { Array($0.text.utf8) }
        let entries = try await connection.query(PostgresEntry.find, [.array(wanted)], PostgresEntry.read)
        return Dictionary(entries.map { ($0.externalID, $0) }) { first, _ in first }
    }

    /// For each entry `nil` if it stays, or the one that was there before it.
    private func remember(_ entries: [LedgerEntry]) async throws(PostgresError) -> [LedgerEntry?] {
        var first: [ExternalID: Int] = [:]
        for (index, entry) in entries.enumerated() where first[entry.externalID] == nil {
            first[entry.externalID] = index
        }
        // What stays under each external_id.
        var standing: [ExternalID: LedgerEntry] = [:]
        var missing = first.values.map { entries[$0] }.sorted {
            $0.externalID.text.utf8.lexicographicallyPrecedes($1.externalID.text.utf8)
        }
        var winners: Set<ExternalID> = []
        for attempt in 1... {
            do throws(PostgresError) {
                let made = try await self.writer.query(PostgresEntry.insert, PostgresEntry.values(missing)) {
                    $0.text(0).map { ExternalID($0) }
                }
                for case let id? in made { winners.insert(id) }
            } catch  where attempt < Self.attempts && error.passesAtOnce {
                continue
            }
            missing.removeAll { winners.contains($0.externalID) }
            if !missing.isEmpty {
                standing.merge(try await Self.find(missing.lazy.map(\.externalID), on: self.writer)) { _, new in new }
                // One that was there when we came and is gone now was forgotten in between: then ours is the first.
                missing.removeAll { standing[$0.externalID] != nil }
            }
            if missing.isEmpty { break }
            guard attempt < Self.attempts else {
                throw PostgresError(.answer, sqlState: "40001", "entries come and go faster than they can be read")
            }
        }
        return entries.enumerated().map { index, entry in
            if let earlier = standing[entry.externalID] { return earlier }
            return first[entry.externalID].flatMap { $0 == index ? nil : entries[$0] }
        }
    }

    /// What is remembered of one external_id, or `nil`.
    package func entry(for externalID: ExternalID) async throws(LedgerError) -> LedgerEntry? {
        try await self.look { (connection) throws(PostgresError) in
            try await Self.find([externalID], on: connection)[externalID]
        }
    }

    /// Forgets one external_id; returns whether there was one.
    package func forget(_ externalID: ExternalID) async throws(LedgerError) -> Bool {
        let gone = try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresEntry.forget, [.bytes(Array(externalID.text.utf8))]) { $0.integer(0) }
        }
        return !gone.isEmpty
    }

    /// Forgets old entries; see ``Ledger/forget(rememberedBefore:limit:)``.
    package func forget(
        rememberedBefore moment: UnixMilliseconds,
        limit: Int
    ) async throws(LedgerError) -> Int {
        try await self.number(PostgresEntry.forgetOld, [.integer(moment.value), .integer(Int64(limit))])
    }

    /// Nothing: ``forget(rememberedBefore:limit:)`` finds every old entry by an index.
    package func forget(
        rememberedBefore moment: UnixMilliseconds,
        behind place: Int64,
        limit: Int
    ) async throws(LedgerError) -> (count: Int, next: Int64?) { (0, nil) }

    /// When the newest entry was remembered; see ``Ledger/lastRemembered(until:)``.
    package func lastRemembered(until moment: UnixMilliseconds) async throws(LedgerError) -> UnixMilliseconds? {
        try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresEntry.lastRemembered, [.integer(moment.value)]) {
                $0.integer(0).map { UnixMilliseconds($0) }
            }
        }.first ?? nil
    }

    /// How many entries there are; reads the whole index.
    package func count() async throws(LedgerError) -> Int {
        try await self.number(PostgresEntry.count, within: Self.longPatience)
    }

    /// What the table and its indexes occupy, in bytes.
    package func byteCount() async throws(LedgerError) -> Int { try await self.number(PostgresEntry.size) }

    /// A page of entries; see ``Ledger/entries(after:limit:)``.
    package func entries(after id: ExternalID?, limit: Int) async throws(LedgerError) -> [LedgerEntry] {
        let start = SQLValue.bytes(Array((id?.text ?? "").utf8))
        return try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresEntry.page, [start, .integer(Int64(limit))], PostgresEntry.read)
        }
    }

    /// Whether there is a table for them, and the role may use it.
    package var keepsSpilledSets: Bool { self.hasSpilledSets.load(ordering: .relaxed) }

    /// Keeps each set in a statement of its own; see ``Ledger/keep(_:)``.
    package func keep(_ sets: [SpilledSet]) async throws(LedgerError) {
        for set in sets {
            try await self.look { (connection) throws(PostgresError) in
                _ = try await connection.query(PostgresSpilledSet.forgetOld, PostgresSpilledSet.old(set)) {
                    $0.integer(0)
                }
                _ = try await connection.query(PostgresSpilledSet.keep, PostgresSpilledSet.values(set)) {
                    $0.integer(0)
                }
            }
        }
    }

    /// The text that is kept at a place; `nil` when there is none.
    package func spilledSet(at place: SpilledSet.Place) async throws(LedgerError) -> [UInt8]? {
        guard self.keepsSpilledSets else { return nil }
        return try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresSpilledSet.find, PostgresSpilledSet.values(place)) { $0.bytes(0) }
        }.first ?? nil
    }

    /// Every set that is kept, in any order.
    package func spilledSets() async throws(LedgerError) -> [SpilledSet] {
        guard self.keepsSpilledSets else { return [] }
        return try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresSpilledSet.all, []) { PostgresSpilledSet.read($0) }
        }.compactMap { $0 }
    }

    /// Keeps a pause; see ``Ledger/keep(_:)``.
    package func keep(_ pause: Pause) async throws(LedgerError) {
        guard self.hasPauses.load(ordering: .relaxed) else {
            throw LedgerError(
                .refused,
                "\(self.place) has no table customer_worker_pauses, and its role may not make or read it: grant it "
                    + "CREATE on the schema, and start the worker once"
            )
        }
        try await self.look { (connection) throws(PostgresError) in
            _ = try await connection.query(PostgresPause.keep, PostgresPause.values(pause)) { $0.integer(0) }
        }
    }

    /// Ends a pause; returns whether there was one.
    package func endPause(_ scope: Pause.Scope, of group: String) async throws(LedgerError) -> Bool {
        guard self.hasPauses.load(ordering: .relaxed) else { return false }
        return try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresPause.end, PostgresPause.values(scope, of: group)) { $0.integer(0) }
        }.count > 0
    }

    /// Every pause that is kept.
    package func pauses() async throws(LedgerError) -> [Pause] {
        guard self.hasPauses.load(ordering: .relaxed) else { return [] }
        return try await self.look { (connection) throws(PostgresError) in
            try await connection.query(PostgresPause.all, []) { PostgresPause.read($0) }
        }.compactMap { $0 }
    }

    /// Nothing: a server maintains its own files (`pg_amcheck`, data checksums).
    package func damage() async throws(LedgerError) -> [String] { [] }

    private func number(
        _ statement: Statement,
        _ values: [SQLValue] = [],
        within limit: Duration? = nil
    ) async throws(LedgerError) -> Int {
        try await self.look { (connection) throws(PostgresError) in
            let rows = try await connection.query(statement, values, within: limit) { $0.integer(0) ?? 0 }
            return Int(rows.first ?? 0)
        }
    }

    private func look<R: Sendable>(
        _ body: (Connection) async throws(PostgresError) -> R
    ) async throws(LedgerError) -> R {
        try await self.translating { () throws(PostgresError) in try await self.pool.run(body) }
    }

    private func translating<R>(_ body: () async throws(PostgresError) -> R) async throws(LedgerError) -> R {
        do throws(PostgresError) {
            return try await body()
        } catch {
            throw LedgerError(error, self.place)
        }
    }
}
