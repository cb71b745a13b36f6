import CustomerContract
import GRDB
import Records

/// A pause as a row of `pauses`, both ways.
///
/// The table is no step of the schema: a version that does not know it opens the file all the same.
enum PauseRow {
    static let create = """
        CREATE TABLE IF NOT EXISTS pauses (
            consumer_group TEXT NOT NULL,
            kind TEXT NOT NULL,
            value TEXT NOT NULL,
            reason TEXT NOT NULL,
            author TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ends_at INTEGER,
            PRIMARY KEY (consumer_group, kind, value)
        ) STRICT
        """

    private static let insert = """
        INSERT OR REPLACE INTO pauses (consumer_group, kind, value, reason, author, began_at, ends_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    private static let delete = "DELETE FROM pauses WHERE consumer_group = ? AND kind = ? AND value = ?"

    private static let selectAll = """
        SELECT consumer_group, kind, value, reason, author, began_at, ends_at FROM pauses ORDER BY began_at, kind, value
        """

    static func keep(_ pause: Pause, in database: Database) throws {
        let (kind, value) = pause.scope.parts
        try database.execute(
            sql: Self.insert,
            arguments: [
                pause.group, kind, value, pause.reason, pause.author, pause.beganAt.value, pause.endsAt?.value,
            ]
        )
    }

    static func end(_ scope: Pause.Scope, of group: String, in database: Database) throws -> Bool {
        let (kind, value) = scope.parts
        try database.execute(sql: Self.delete, arguments: [group, kind, value])
        return database.changesCount > 0
    }

    static func all(in database: Database) throws -> [Pause] {
        try Row.fetchAll(database, sql: Self.selectAll).compactMap { row in
            guard let scope = Pause.Scope(kind: row[1], value: row[2]) else { return nil }
            return Pause(
                group: row[0],
                scope: scope,
                reason: row[3],
                author: row[4],
                beganAt: UnixMilliseconds(row[5]),
                endsAt: (row[6] as Int64?).map { UnixMilliseconds($0) }
            )
        }
    }
}
