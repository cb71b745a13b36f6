import ArgumentParser
import Glibc
import Operations

/// Whether somebody sits there, and what he says.
enum Terminal {
    /// Somebody can be asked.
    static var canAsk: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// Progress can be drawn over itself.
    static var canDraw: Bool { isatty(2) == 1 }

    /// Asks for a yes before something is changed.
    ///
    /// Ends the command: with code 64 when nobody can be asked, with 130 when the answer is not yes.
    static func confirm(_ question: String, isAnswered: Bool) throws {
        if isAnswered { return }
        guard self.canAsk else {
            StandardError.write("customer-worker: nobody can be asked without a terminal: say --yes")
            throw ExitStatus.usage.exit
        }
        write(2, question + " [y/N] ", question.utf8.count + 7)
        let answer = readLine(strippingNewline: true)?.lowercased()
        guard answer == "y" || answer == "yes" else {
            StandardError.write("Nothing was done.")
            throw ExitCode(130)
        }
    }

    /// Draws over the last line; the cursor stays at its end.
    static func draw(_ line: String) {
        let text = "\r\u{1B}[2K" + line
        write(2, text, text.utf8.count)
    }
}
