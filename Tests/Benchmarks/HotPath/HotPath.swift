import Ledger

@testable import CommandWorker

/// One step of a command's road, again and again: `hot-path STEP COUNT [rate]`.
///
/// `Tests/Benchmarks/hot_path.py` counts the instructions of each step under valgrind; with `rate` the steps a second
/// are printed.
@main
enum HotPath {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard
            arguments.count == 3 || arguments.count == 4 && arguments[3] == "rate",
            let step = Step(rawValue: arguments[1]), let count = Int(arguments[2]), count > 0
        else {
            throw Wrong("usage: hot-path \(Step.allCases.map(\.rawValue).joined(separator: "|")) COUNT [rate]")
        }
        let start = ContinuousClock.now
        let done = try step.run(count)
        guard done == count else { throw Wrong("\(done) of \(count) steps came to their end") }
        guard arguments.count == 4 else { return }
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        print(Double(count) / (Double(seconds) + Double(attoseconds) * 1e-18))
    }
}

/// What was measured is not what was to be measured.
struct Wrong: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
