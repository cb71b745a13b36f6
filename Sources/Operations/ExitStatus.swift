/// The exit codes that scripts and the service manager rely on (sysexits.h where it has one).
///
/// ``meaning`` is the table that `--help` and the manual page print.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    case failure = 1
    case forcedStop = 2
    case nothingMatched = 3
    case partial = 4
    case usage = 64
    case badInput = 65
    case unavailable = 69
    case `internal` = 70
    case notPermitted = 77
    case configuration = 78
    case cancelled = 130

    /// One sentence for people; at most 73 characters, or it would be broken on a terminal of 80 columns.
    package var meaning: String {
        switch self {
        case .success: "Success."
        case .failure: "Failed: a command failed, the worker is not ready, or another reason."
        case .forcedStop: "Stopped by force; commands in flight run again at the next start."
        case .nothingMatched: "Nothing matched: no such result, dead letter, customer or command."
        case .partial: "Done in part: rows were left out, or dead letters were not sent back."
        case .usage: "The command line is wrong."
        case .badInput: "Input data is wrong; nothing was sent."
        case .unavailable: "Brokers, API or running worker unavailable, or a topic is missing."
        case .internal: "An internal error."
        case .notPermitted: "Not permitted, or a file cannot be written."
        case .configuration: "The configuration is wrong; a restart does not help."
        case .cancelled: "Cancelled by a signal or by the answer to a question."
        }
    }

    /// All codes with their meanings, one a line.
    package static var table: String {
        Self.allCases.map { "  \("\($0.rawValue)".padding(to: 5))\($0.meaning)" }.joined(separator: "\n")
    }
}
