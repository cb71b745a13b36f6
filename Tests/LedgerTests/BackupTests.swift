import CustomerContract
import Foundation
import GRDB
import Testing

@testable import Ledger

/// A copy of a SQLite ledger that is made while it is used.
@Suite(.timeLimit(.minutes(1))) struct BackupTests {
    @Test func `a copy made while entries come has a state of one moment, and for its owner alone`() async throws {
        try await withFolder { folder in
            let ledger = try SQLiteLedger(path: folder + "/customers.sqlite")
            let other = try SQLiteLedger(path: folder + "/customers.sqlite")
            let batches = try (0..<60).map { batch in
                try (0..<100).map { try entry("acct_\(batch)_\($0)", offset: Int64($0)) }
            }
            for batch in batches.prefix(20) { _ = try await ledger.apply(LedgerBatch(entries: batch)) }
            async let copied: Void = other.backUp(to: folder + "/copy.sqlite")
            for batch in batches.dropFirst(20) { _ = try await ledger.apply(LedgerBatch(entries: batch)) }
            try await copied

            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).contains("copy.sqlite.partial") == false
            )
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/copy.sqlite")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            let copy = try SQLiteLedger(path: folder + "/copy.sqlite")
            let count = try await copy.count()
            // Whole batches, and those from the beginning on.
            #expect(count >= 2_000 && count % 100 == 0)
            let ids = batches.prefix(count / 100).joined().map(\.externalID)
            #expect(
                try await copy.apply(LedgerBatch(lookUps: ids)).found == Array(batches.prefix(count / 100).joined())
            )
            #expect(try await copy.damage().isEmpty)
        }
    }

    @Test func `a file that is there is not overwritten, and a place that cannot be written is named`() async throws {
        try await withFolder { folder in
            let ledger = try SQLiteLedger(path: folder + "/customers.sqlite")
            try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/copy"))
            let error = await #expect(throws: LedgerError.self) { try await ledger.backUp(to: folder + "/copy") }
            #expect(error?.reason == .refused)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/copy")) == Data("mine".utf8))
            let nowhere = await #expect(throws: LedgerError.self) { try await ledger.backUp(to: folder + "/no/copy") }
            #expect(nowhere?.message.contains("/no/copy") == true)
        }
    }

    @Test func `a copy cut off before is made anew`() async throws {
        try await withFolder { folder in
            let ledger = try SQLiteLedger(path: folder + "/customers.sqlite")
            _ = try await ledger.apply(LedgerBatch(entries: [try entry("a")]))
            try Data("half".utf8).write(to: URL(fileURLWithPath: folder + "/copy.partial"))
            try await ledger.backUp(to: folder + "/copy")
            #expect(try await SQLiteLedger(path: folder + "/copy").entry(for: ExternalID("a")) == entry("a"))
        }
    }

    @Test func `a page that was overwritten is damage`() async throws {
        try await withFolder { folder in
            let path = folder + "/customers.sqlite"
            do {
                let ledger = try SQLiteLedger(path: path)
                let entries = try (0..<2_000).map { try entry("acct_\($0)", offset: Int64($0)) }
                _ = try await ledger.apply(LedgerBatch(entries: entries))
                try await ledger.database.writeWithoutTransaction {
                    try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                }
                try Self.overwrite(path)
                // Not what it remembers of the pages.
                try await ledger.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA shrink_memory") }
                #expect(try await ledger.damage().isEmpty == false)
            }
            let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: path) }
            #expect(error?.reason == .corrupt)
            #expect(error?.message.contains("ledger backup") == true)
        }
    }

    /// Garbage over four pages in the middle.
    private static func overwrite(_ path: String) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let pages = try file.seekToEnd() / 4_096
        try file.seek(toOffset: pages / 2 * 4_096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4 * 4_096))
        try file.synchronize()
    }
}
