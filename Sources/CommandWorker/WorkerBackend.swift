package import Ledger

/// Where customers are made.
package enum WorkerBackend: Sendable {
    /// In the ledger's own store, in the same transaction that remembers them.
    case local(LocalCustomers)
    /// By requests to somebody else.
    case remote(any CustomerBackend)
}
