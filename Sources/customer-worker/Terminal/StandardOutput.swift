import Glibc
import Records
import Synchronization

/// Standard output, written at once and not buffered, since a script may wait for a line.
enum StandardOutput {
    /// What was printed cannot be written.
    struct Failure: Error, CustomStringConvertible {
        let code: Int32

        /// The reader of the pipe has enough, such as `head`: that is no failure to tell of.
        var isOfClosedPipe: Bool { self.code == EPIPE }

        var description: String { "standard output cannot be written: \(SystemReason.text(of: self.code))" }
    }

    /// Writes all of a text.
    static func write(_ text: String) throws(Failure) { try self.write(Array(text.utf8)) }

    /// Writes all bytes; to another file than standard output, if one is given.
    static func write(_ bytes: [UInt8], to descriptor: Int32 = 1) throws(Failure) {
        if let code = bytes.withUnsafeBytes({ WholeWrite.write($0, to: descriptor) }) { throw Failure(code: code) }
    }

    /// What `print` could not write, first of all.
    private static let printFailure = Mutex<Failure?>(nil)

    /// Ends the command if something that was printed could not be written.
    static func checkPrinted() throws(Failure) {
        if let failure = self.printFailure.withLock({ $0 }) { throw failure }
    }

    fileprivate static func print(_ text: String) {
        do throws(Failure) {
            try self.checkPrinted()
            try self.write(text)
        } catch {
            self.printFailure.withLock { $0 = $0 ?? error }
        }
    }
}

/// Writes a line to standard output, in place of Swift's own function of this name.
///
/// Swift's does not tell that it cannot write; of this one ``StandardOutput/checkPrinted()`` knows.
func print(_ text: String, terminator: String = "\n") { StandardOutput.print(text + terminator) }
