import Foundation
import GRDB
import Records

/// A spilled set as a row of `spilled_sets`, both ways.
///
/// The table is no step of the schema: a version that does not know it opens the file all the same.
enum SpilledRow {
    static let create = """
        CREATE TABLE IF NOT EXISTS spilled_sets (
            consumer_group TEXT NOT NULL,
            topic TEXT NOT NULL,
            "partition" INTEGER NOT NULL,
            writer INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            kept_at INTEGER NOT NULL,
            set_text BLOB NOT NULL,
            PRIMARY KEY (consumer_group, topic, "partition", writer, slot)
        ) STRICT
        """

    private static let insert = """
        INSERT OR REPLACE INTO spilled_sets (consumer_group, topic, "partition", writer, slot, kept_at, set_text)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    private static let deleteOld = """
        DELETE FROM spilled_sets WHERE consumer_group = ? AND topic = ? AND "partition" = ? AND kept_at < ?
            AND writer <> ? AND writer IS NOT ?
        """

    private static let select = """
        SELECT set_text FROM spilled_sets
        WHERE consumer_group = ? AND topic = ? AND "partition" = ? AND writer = ? AND slot = ?
        """

    private static let selectAll =
        #"SELECT consumer_group, topic, "partition", writer, slot, kept_at, set_text FROM spilled_sets"#

    static func keep(_ set: SpilledSet, in database: Database) throws {
        let (place, partition) = (set.place, set.place.topicPartition)
        try database.execute(
            sql: Self.deleteOld,
            arguments: [
                place.group, partition.topic, partition.partition, set.keptAt.value - SpilledSet.lifetime,
                place.writer, set.origin,
            ]
        )
        try database.execute(
            sql: Self.insert,
            arguments: [
                place.group, partition.topic, partition.partition, place.writer, place.slot, set.keptAt.value,
                Data(set.text),
            ]
        )
    }

    static func find(_ place: SpilledSet.Place, in database: Database) throws -> [UInt8]? {
        let partition = place.topicPartition
        let row = try Row.fetchOne(
            database,
            sql: Self.select,
            arguments: [place.group, partition.topic, partition.partition, place.writer, place.slot]
        )
        return row.flatMap { $0[0] as Data? }.map(Array.init)
    }

    static func all(in database: Database) throws -> [SpilledSet] {
        try Row.fetchAll(database, sql: Self.selectAll).map { row in
            SpilledSet(
                place: SpilledSet.Place(
                    group: row[0],
                    topicPartition: TopicPartition(topic: row[1], partition: row[2]),
                    writer: row[3],
                    slot: row[4]
                ),
                text: Array(row[6] as Data),
                origin: nil,
                keptAt: UnixMilliseconds(row[5])
            )
        }
    }
}
