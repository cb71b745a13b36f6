import Ledger
import Operations
import Settings

/// Opens the store for commands that only ask: none is created.
enum StoreAccess {
    /// The store; `nil` when its file, or its tables, are not there yet.
    static func openExisting(_ url: StoreURL) async throws -> (any Ledger)? {
        do {
            return try await WorkerAssembly.openExistingLedger(url)
        } catch {
            throw error.exit()
        }
    }
}
