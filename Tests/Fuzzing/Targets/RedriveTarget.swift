@testable import CustomerContract
@testable import JSON
@testable import Kafka
@testable import Records
@testable import Redrive
@testable import Topics

/// What the cluster and the ledger remember.
///
/// The first byte of the input chooses.
/// 1. The record of a job reads back as it was written, in ASCII.
/// 2. A page of what was sent back says nothing beyond itself, and any set of letters fits its pages.
/// 3. Digests that a ledger has differ from themselves in nothing, and from others as these do from them.
/// 4. A patch that was applied changes nothing when it is applied again.
enum RedriveTarget {
    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        switch input.below(5) {
        case 0: Self.checkJob(Array(input.rest))
        case 1: Self.checkPage(&input)
        case 2: Self.checkLetters(&input)
        case 3: Self.checkDigests(&input)
        default: Self.checkPatch(Array(input.rest))
        }
    }

    private static func checkJob(_ metadata: [UInt8]) {
        guard let job = JobRecord(decoding: metadata) else { return }
        // What a job writes of itself is ASCII and bounded; the rest anybody may have written.
        guard job.id.ascii.hasSameBytes(as: job.id), job.identity.ascii.hasSameBytes(as: job.identity) else { return }
        let written = job.encoded
        guard let again = JobRecord(decoding: written) else { fatalError("a job's record cannot be read") }
        check(again.id == job.id && again.state == job.state && again.identity == job.identity, "which job")
        check(again.beat == job.beat && again.moved == job.moved && again.beganAt == job.beganAt, "how far")
        check(again.since == job.since && again.until == job.until, "its times")
        check(JobRecord(decoding: again.encoded) == again, "a record reads back")
    }

    private static let partition = TopicPartition(topic: "d", partition: 1)

    private static func checkPage(_ input: inout Choices) {
        let page = input.natural() % (1 << 40)
        let start = page * LetterSet.pageSize
        var runs: [ClosedRange<Int64>] = []
        var position = start
        while !input.isAtEnd {
            let (gap, length) = (input.natural(), input.natural())
            guard gap < 1 << 61, length < 1 << 61, position < 1 << 61 else { break }
            runs.append(position + gap...position + gap + length)
            position += gap + length + 2
        }
        let metadata = OffsetMetadata.encode(OffsetProgress(offset: start, completed: CompletedOffsets(runs: runs)))
        var sentBack = LetterSet()
        sentBack.read(PartitionOffset(Self.partition, offset: start, metadata: metadata))
        check(sentBack.count <= Int(LetterSet.pageSize), "a page says nothing beyond itself")
        guard let first = runs.first?.lowerBound else { return }
        check(sentBack.contains(1, first) == (first < start + LetterSet.pageSize), "what it says")
    }

    private static func checkLetters(_ input: inout Choices) {
        var sentBack = LetterSet()
        var letters: [(partition: Int32, offset: Int64)] = []
        var offset = input.natural() % (1 << 40)
        while !input.isAtEnd {
            let (step, times) = (1 + input.natural() % 5_000, 1 + 8 * input.below(256))
            for _ in 0..<times where letters.count < 2_100 {
                letters.append((1, offset))
                sentBack.insert(1, offset)
                offset += step
            }
        }
        check(sentBack.count == letters.count, "each is remembered")
        let pages = sentBack.pages(holding: letters, of: "d")
        var read = LetterSet()
        for page in pages.values.joined() { read.read(page) }
        check(read == sentBack, "pages read back")
    }

    private static func checkDigests(_ input: inout Choices) {
        let length = Int(input.byte())
        guard let first = FieldDigests(encoded: input.bytes(length)) else { return }
        check(Set(first.differingFields(from: first)).count <= first.encoded.count, "bounded")
        guard let second = FieldDigests(encoded: Array(input.rest)) else { return }
        _ = second.differingFields(from: first)
    }

    private static func checkPatch(_ text: [UInt8]) {
        let parts = text.split(separator: UInt8(ascii: "\n"), maxSplits: 1).map(Array.init)
        guard parts.count == 2, let patch = try? JSONParser.parseObject(parts[0]),
            let object = try? JSONParser.parseObject(parts[1]), !Self.repeatsNames(.object(patch))
        else { return }
        let patched = MergePatch(patch).applied(to: object)
        check(MergePatch(patch).applied(to: patched) == patched, "a patch that was applied changes nothing")
        for member in patch.members where member.value.isNull {
            check(patched[member.name] == nil, "null removes")
        }
        var edits = CommandEdits()
        try? edits.patch(parts[0])
        check(edits.applied(to: parts[1], isStructuredEvent: false) == patched, "an edit is a patch")
    }

    private static func repeatsNames(_ value: JSONValue) -> Bool {
        switch value {
        case .array(let elements): elements.contains(where: Self.repeatsNames)
        case .object(let object):
            !object.repeatedNames.isEmpty || object.members.contains { Self.repeatsNames($0.value) }
        case .null, .bool, .number, .string: false
        }
    }
}
