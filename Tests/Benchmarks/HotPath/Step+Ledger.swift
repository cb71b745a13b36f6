import CustomerContract
import Dispatch
import Foundation
import Ledger
import Synchronization

extension Step {
    /// Commands of one batch.
    private static let batch = 100

    /// Waits for what is asynchronous on this thread: valgrind 3.19 ends over a main thread that libdispatch has put to
    /// sleep.
    static func ledger(_ count: Int) throws -> Int {
        let outcome = Outcome()
        let isDone = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let done = try await Self.fill(count)
                outcome.result.withLock { $0 = .success(done) }
            } catch {
                outcome.result.withLock { $0 = .failure(error) }
            }
            isDone.signal()
        }
        isDone.wait()
        return try outcome.result.withLock { try $0.get() }
    }

    /// In a file of its own, which is removed.
    private static func fill(_ count: Int) async throws -> Int {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hot-path-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try SQLiteLedger(path: folder.appendingPathComponent("ledger.sqlite").path)
        var done = 0
        for first in stride(from: 0, to: count, by: Self.batch) {
            let entries = try (first..<min(first + Self.batch, count)).map(Samples.entry)
            let found = try await ledger.apply(LedgerBatch(lookUps: entries.map(\.externalID))).found
            let earlier = try await ledger.apply(LedgerBatch(entries: entries)).earlier
            done += zip(found, earlier).count { $0 == nil && $1 == nil }
        }
        return done
    }
}

private final class Outcome: Sendable {
    let result = Mutex<Result<Int, any Error>>(.failure(Wrong("the ledger did not answer")))
}
