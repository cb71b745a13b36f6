import CustomerContract
import Dispatch
import Foundation
import Ledger
import Synchronization

extension Step {
    /// Commands of one batch.
    private static let batch = 100

    /// Looks up and remembers that number of entries, by batches; returns how many were new.
    static func fill(_ count: Int, _ ledger: SQLiteLedger) async throws -> Int {
        var done = 0
        for first in stride(from: 0, to: count, by: Self.batch) {
            let entries = try (first..<min(first + Self.batch, count)).map(Samples.entry)
            let found = try await ledger.apply(LedgerBatch(lookUps: entries.map(\.externalID))).found
            let earlier = try await ledger.apply(LedgerBatch(entries: entries)).earlier
            done += zip(found, earlier).count { $0 == nil && $1 == nil }
        }
        return done
    }

    /// Lends a ledger in a file of its own, which is removed.
    static func inLedger(_ body: (SQLiteLedger) async throws -> Int) async throws -> Int {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hot-path-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(SQLiteLedger(path: folder.appendingPathComponent("ledger.sqlite").path))
    }

    /// Waits for what is asynchronous on this thread: valgrind 3.19 ends over a main thread that libdispatch has put to
    /// sleep.
    static func waiting(for body: @escaping @Sendable () async throws -> Int) throws -> Int {
        let outcome = Outcome()
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let done = try await body()
                outcome.result.withLock { $0 = .success(done) }
            } catch {
                outcome.result.withLock { $0 = .failure(error) }
            }
            isDone.signal()
        }
        isDone.wait()
        return try outcome.result.withLock { try $0.get() }
    }
}

private final class Outcome: Sendable {
    let result = Mutex<Result<Int, any Error>>(.failure(Wrong("there was no answer")))
}
