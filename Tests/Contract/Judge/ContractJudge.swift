import CustomerContract
import Foundation
import JSON
import Records

/// The code's side of `Tests/Contract/agreement.py`: what it makes of messages, and messages that it makes itself.
///
/// `contract-judge commands|results|dead-letters` reads a message a line and writes a verdict a line;
/// `contract-judge make-results|make-dead-letters COUNT SEED` writes messages; `contract-judge names` the names of the
/// wire format. Nothing that is installed.
@main
enum ContractJudge {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.dropFirst().compactMap { UInt64($0) }
        switch (arguments.first, numbers.count) {
        case ("commands", 0): judgeEachLine { Verdicts.ofCommand(Wire.bytes(base64: $0) ?? []) }
        case ("results", 0): judgeEachLine { Verdicts.ofResult(Wire.bytes(base64: $0) ?? []) }
        case ("dead-letters", 0): judgeEachLine { Verdicts.ofDeadLetter(Wire.headers($0)) }
        case ("make-results", 2):
            make(numbers[0]) {
                $0.result()
            } from: {
                EventMaker(seed: numbers[1])
            }
        case ("make-dead-letters", 2):
            make(numbers[0]) {
                $0.deadLetter()
            } from: {
                EventMaker(seed: numbers[1])
            }
        case ("names", 0): print(Wire.text(WireNames.object))
        default:
            print(
                "usage: contract-judge commands|results|dead-letters|names, or make-results|make-dead-letters COUNT "
                    + "SEED"
            )
            exit(64)
        }
    }

    private static func judgeEachLine(_ judge: (String) -> JSONObject) {
        while let line = readLine() { print(Wire.text(judge(line))) }
    }

    private static func make(
        _ count: UInt64,
        _ one: (inout EventMaker) -> ProducerRecord,
        from start: () -> EventMaker
    ) {
        var maker = start()
        for _ in 0..<count { print(Wire.text(Wire.object(one(&maker)))) }
    }
}
