import Glibc

/// What is fuzzed: each case has a folder of its own in `Corpus`, and says with which properties it is held.
enum FuzzTarget: String, CaseIterable {
    case json
    case command
    case plain
    case result
    case letter
    case offsets
    case tracker
    case answer
    case customer
    case mask
    case pem
    case texts
    case rows
    case redrive

    /// Runs the code under test on an input; ends the process when a property does not hold.
    func run(_ input: [UInt8]) {
        switch self {
        case .json: JSONTarget.run(input)
        case .command: CommandTarget.run(input)
        case .plain: PlainBodyTarget.run(input)
        case .result: ResultTarget.run(input)
        case .letter: LetterTarget.run(input)
        case .offsets: OffsetsTarget.run(input)
        case .tracker: TrackerTarget.run(input)
        case .answer: AnswerTarget.run(input)
        case .customer: CustomerTarget.run(input)
        case .mask: MaskTarget.run(input)
        case .pem: PEMTarget.run(input)
        case .texts: TextsTarget.run(input)
        case .rows: RowsTarget.run(input)
        case .redrive: RedriveTarget.run(input)
        }
    }

    /// The one that `FUZZ_TARGET` names.
    static let chosen: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET: expected one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return target
    }()
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Ends the process unless a property holds: libFuzzer takes it for a crash, and keeps the input.
func check(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("does not hold: \(property())") }
}

/// An input as a row of choices; at its end every choice is the first.
struct Choices {
    private(set) var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) {
        self.rest = input[...]
    }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func byte() -> UInt8 { self.rest.popFirst() ?? 0 }

    /// A number from 0 to below a bound of at most 256.
    mutating func below(_ bound: Int) -> Int { Int(self.byte()) % bound }

    /// A number of any size from 0: small ones take two bytes, and one in four is near a power of two.
    mutating func natural() -> Int64 {
        let form = self.byte()
        switch form >> 6 {
        case 0: return Int64(form & 63)
        case 1: return Int64(form & 63) << 8 | Int64(self.byte())
        case 2: return max(0, (1 << Int64(form & 63)) &- 1 &+ Int64(self.byte() & 3))
        default: return (0..<form & 7).reduce(Int64(form & 1)) { number, _ in number << 8 | Int64(self.byte()) } & .max
        }
    }

    /// Takes `count` bytes, or all that is left.
    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = Array(self.rest.prefix(count))
        self.rest = self.rest.dropFirst(count)
        return taken
    }

    /// The lines up to an empty one, which is passed over, or up to the end.
    mutating func lines() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        while !self.rest.isEmpty {
            let line = self.rest.prefix { $0 != UInt8(ascii: "\n") }
            self.rest = self.rest[line.endIndex...].dropFirst()
            if line.isEmpty { break }
            lines.append(Array(line))
        }
        return lines
    }
}
