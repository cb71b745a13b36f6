import Foundation
import Ledger
import Operations

/// Opens the store for commands that only ask: none is created.
enum StoreAccess {
    /// The store; `nil` when its file is not there yet.
    static func openExisting(_ url: StoreURL) throws -> (any Ledger)? {
        if case .sqlite(let path) = url, !FileManager.default.fileExists(atPath: path) { return nil }
        do {
            return try WorkerAssembly.openLedger(url)
        } catch {
            throw error.exit()
        }
    }
}
