/// Why the ledger could not do its work.
package struct LedgerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of trouble that an operator fixes in different ways.
    package enum Reason: String, Sendable, Hashable {
        /// No space is left where the file is.
        case full
        /// The file, or the place for it, cannot be written.
        case readOnly = "read_only"
        /// The server cannot be reached, or does not answer.
        case unavailable
        /// The file cannot be opened, the password is wrong, or a right is missing.
        case refused
        /// The address of the ledger is wrong.
        case misconfigured
        /// Another process holds the lock for too long.
        case locked
        /// The file was removed, or another one has its name.
        case replaced
        /// What is stored is not what was written, or is of a newer version.
        case corrupt
        /// Anything else.
        case failed
    }

    /// The kind, bounded, fit for a metric label.
    package let reason: Reason
    /// What happened, with the place, and what to do.
    package let message: String

    /// Describes trouble.
    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// `reason: message`.
    package var description: String { "\(self.reason.rawValue): \(self.message)" }
}
