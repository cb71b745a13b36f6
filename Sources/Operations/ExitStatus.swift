/// The exit codes that scripts and the service manager rely on (sysexits.h where it has one).
package enum ExitStatus: Int32, Sendable {
    /// Everything went well.
    case success = 0
    /// It failed for a reason that no other code names.
    case failure = 1
    /// A forced stop; work was abandoned, and will be done by the next run.
    case forcedStop = 2
    /// The command line is wrong.
    case usage = 64
    /// Input data is wrong.
    case badInput = 65
    /// The broker or the API is not available.
    case unavailable = 69
    /// An error of our own.
    case `internal` = 70
    /// Something is not permitted.
    case notPermitted = 77
    /// The configuration is wrong; a restart changes nothing.
    case configuration = 78
}
