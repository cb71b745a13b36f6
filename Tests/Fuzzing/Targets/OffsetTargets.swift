@testable import CommandWorker
@testable import Records
@testable import Topics

/// The completed set as the metadata of a committed offset.
///
/// The first byte of an input chooses between metadata as they are, metadata under a checksum that fits, and a set to
/// be written.
/// 1. Whatever is read is a set: runs ascend, and are apart; written anew it reads back the same.
/// 2. A set that is written reads back as itself, or without its last runs when it has no room.
/// 3. A set has room when `DenseRuns.bits` says so.
/// 4. No more bytes are written than the limit, and all of them are ASCII.
enum OffsetsTarget {
    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        switch input.below(5) {
        case 0: Self.checkReading(Array(input.rest.dropFirst()), at: Int64(input.byte()))
        case let form where form < 4:
            let offset = input.natural()
            let text = Self.checksummed("cw\(form).", Array(input.rest), at: offset)
            Self.checkReading(text, at: offset)
        default: Self.checkWriting(&input)
        }
    }

    private static func checkReading(_ metadata: [UInt8], at offset: Int64) {
        guard let progress = OffsetMetadata.read(metadata, at: offset) else {
            check(OffsetMetadata.decode(metadata, at: offset).isEmpty, "what is foreign says nothing")
            return
        }
        check(progress.offset == offset, "the offset is the one asked for")
        Self.checkRuns(progress)
        let written = OffsetMetadata.encode(progress, limit: 1 << 20)
        let reread = OffsetMetadata.progress(written, at: offset)
        check(progress.completed.runs.count > 16_383 || reread == progress, "a set that is read can be written")
    }

    private static func checkRuns(_ progress: OffsetProgress) {
        var earlier = progress.offset
        for (index, run) in progress.completed.runs.enumerated() {
            check(index == 0 ? run.lowerBound >= earlier : run.lowerBound > earlier, "runs ascend, and are apart")
            check(run.upperBound < .max, "an offset behind each run")
            earlier = run.upperBound + 1
        }
    }

    private static func checkWriting(_ input: inout Choices) {
        let limit = input.below(4) == 0 ? OffsetMetadata.limit : 16 + 2 * input.below(256)
        let fingerprint = input.below(2) == 0 ? nil : RecordFingerprint(value: input.natural() & (1 << 48 - 1))
        let offset = input.natural() / 2
        var runs: [ClosedRange<Int64>] = []
        var position = offset
        var covered: Int64 = 0
        // One choice can stand for many runs alike, since small inputs should fill the metadata.
        while !input.isAtEnd {
            let (gap, length, times) = (input.natural(), input.natural(), 1 + input.below(64))
            for _ in 0..<times {
                let (start, overflow) = position.addingReportingOverflow(runs.isEmpty ? gap : gap | 1)
                guard !overflow, start < .max - 2, length < .max - 2 - start else { break }
                runs.append(start...start + length)
                covered += length + 1
                position = start + length + 1
            }
        }
        let progress = OffsetProgress(
            offset: offset,
            completed: CompletedOffsets(runs: runs),
            fingerprint: fingerprint
        )
        let written = OffsetMetadata.encode(progress, limit: limit)
        check(written.count <= limit, "the limit is kept")
        check(written.allSatisfy { (0x21...0x7e).contains($0) }, "ASCII")
        let read = OffsetMetadata.progress(written, at: offset)
        let span = (runs.last?.upperBound ?? offset - 1) + 1 - offset
        let bits = DenseRuns.bits(runs: runs.count, covered: covered, span: span)
        if bits <= OffsetMetadata.bits(within: limit), limit >= 32 {
            check(read == progress, "a set that fits is written whole")
        } else if !written.isEmpty {
            check(read.fingerprint == fingerprint, "the fingerprint is written")
            check(runs.starts(with: read.completed.runs), "runs are left out from the end")
        }
        check(OffsetMetadata.read(written, at: offset + 1) == nil, "it belongs to its offset")
    }

    // MARK: The checksum

    /// Metadata of a form, with the checksum that belongs to offset and body: no fuzzer would find it.
    private static func checksummed(_ prefix: String, _ body: [UInt8], at offset: Int64) -> [UInt8] {
        var sum: UInt32 = 2_166_136_261
        for byte in Array(String(offset, radix: 36).utf8) + body { sum = (sum ^ UInt32(byte)) &* 16_777_619 }
        guard prefix == "cw3." else { return Array("\(prefix)\(String(sum, radix: 36)).".utf8) + body }
        var digits = SixBitWriter()
        digits.append(Int64(sum), bits: 36)
        return Array(prefix.utf8) + digits.text + body
    }
}

/// What may be committed of a partition, over any order of reading, completing, failing and taking over.
///
/// 1. Every record that was read is complete just when the progress says so.
/// 2. While only what ``OffsetTracker/canComplete(_:onlyAsFirst:)`` allows is completed, the progress fits its metadata
///    whole, promises included.
/// 3. Whoever takes the partition over skips just what was complete.
enum TrackerTarget {
    private struct Model {
        /// Offsets that the log has, as far as it was read, each with whether it is complete.
        var log: [(offset: Int64, isDone: Bool)] = []
        /// The tracker's numbers of unfinished records, and their places in the log.
        var running: [(number: Int, index: Int)] = []
        var promised: [(number: Int, index: Int)] = []
    }

    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        let limit = [48, 64, 96, 200, 1_000, OffsetMetadata.limit][input.below(6)]
        let bits = OffsetMetadata.bits(within: limit)
        var tracker = OffsetTracker(committed: nil, bitLimit: bits)
        var model = Model()
        var next: Int64 = 0
        while !input.isAtEnd {
            switch input.below(8) {
            case 0, 1:
                next += input.natural() % (1 << 40)
                fallthrough
            case 2:
                for _ in 0...input.below(8) {
                    guard case .run(let number) = tracker.accept(next, RecordFingerprint(value: next)) else {
                        fatalError("a record that nobody has read is not run")
                    }
                    model.running.append((number, model.log.count))
                    model.log.append((next, false))
                    next += 1
                }
            case 3, 4, 5:
                guard !model.running.isEmpty else { continue }
                let place = Int(input.byte()) % model.running.count
                guard tracker.canComplete(model.running[place].number) else { continue }
                let record = model.running.remove(at: place)
                tracker.promise(record.number)
                model.promised.append(record)
            case 6:
                Self.settle(&tracker, &model, succeeds: input.below(4) != 0)
            default:
                Self.settle(&tracker, &model, succeeds: true)
                tracker = Self.takenOver(tracker, &model, limit: limit)
            }
            Self.checkProgress(tracker, model, limit: limit)
        }
    }

    private static func settle(_ tracker: inout OffsetTracker, _ model: inout Model, succeeds: Bool) {
        for record in model.promised {
            if succeeds {
                tracker.complete(record.number)
                model.log[record.index].isDone = true
            } else {
                tracker.withdraw(record.number)
                model.running.append(record)
            }
        }
        model.promised = []
        if !succeeds { tracker.recount() }
    }

    /// The tracker of another instance, which reads from the committed offset on.
    private static func takenOver(_ tracker: OffsetTracker, _ model: inout Model, limit: Int) -> OffsetTracker {
        guard let progress = tracker.progress else { return tracker }
        let committed = OffsetMetadata.progress(
            OffsetMetadata.encode(progress, limit: limit),
            at: progress.offset
        )
        var successor = OffsetTracker(committed: committed, bitLimit: OffsetMetadata.bits(within: limit))
        model.running = []
        for (index, record) in model.log.enumerated() where record.offset >= progress.offset {
            switch successor.accept(record.offset, RecordFingerprint(value: record.offset)) {
            case .run(let number):
                check(!record.isDone, "what is complete is not run again")
                model.running.append((number, index))
            case .skip: check(record.isDone, "what is not complete is not skipped")
            case .ofAnotherLog: fatalError("a record of this log is taken for one of another")
            }
        }
        return successor
    }

    private static func checkProgress(_ tracker: OffsetTracker, _ model: Model, limit: Int) {
        check(tracker.unfinishedCount == model.running.count, "unfinished records are counted")
        guard let progress = tracker.progress else { return check(model.log.isEmpty, "nothing is known of nothing") }
        let written = OffsetMetadata.encode(progress, limit: limit)
        check(written.count <= limit, "the limit is kept")
        check(OffsetMetadata.progress(written, at: progress.offset) == progress, "what may be completed fits whole")
        let promised = Set(model.promised.map(\.index))
        var runs = progress.completed.runs[...]
        for (index, record) in model.log.enumerated() {
            while let run = runs.first, run.upperBound < record.offset { runs.removeFirst() }
            let isComplete = record.offset < progress.offset || runs.first?.contains(record.offset) ?? false
            check(isComplete == (record.isDone || promised.contains(index)), "the progress of \(record.offset)")
        }
    }
}
