import Kafka
import Testing
import Topics

@testable import CommandWorker

@Suite struct OffsetMetadataTests {
    @Test func `an empty set needs no bytes`() {
        #expect(OffsetMetadata.encode(.init(offset: 7, completed: .init())).isEmpty)
        #expect(OffsetMetadata.decode([], at: 7).isEmpty)
    }

    @Test func `the bytes of a set stay what they are`() {
        let progress = OffsetProgress(offset: 1_207, completed: .init(runs: [1_209...1_211, 1_300...1_300]))
        #expect(String(decoding: OffsetMetadata.encode(progress), as: UTF8.self) == "cw1.1kbh188.2.3.2g.1")
    }

    @Test func `the bytes of a set with a fingerprint stay what they are, and come back`() throws {
        let fingerprint = try #require(RecordFingerprint(value: 35))
        let position = OffsetProgress(offset: 1_207, completed: .init(), fingerprint: fingerprint)
        let set = OffsetProgress(offset: 1_207, completed: .init(runs: [1_209...1_211]), fingerprint: fingerprint)
        for progress in [position, set] {
            let metadata = OffsetMetadata.encode(progress)
            #expect(OffsetMetadata.progress(metadata, at: 1_207) == progress)
            #expect(OffsetMetadata.progress(metadata, at: 1_208) == .init(offset: 1_208, completed: .init()))
            for cut in metadata.indices {
                let read = OffsetMetadata.progress(Array(metadata.prefix(cut)), at: 1_207)
                #expect(read == .init(offset: 1_207, completed: .init()), "cut to \(cut) bytes")
            }
        }
        let text = String(decoding: OffsetMetadata.encode(set), as: UTF8.self)
        #expect(text.hasPrefix("cw2.") && text.hasSuffix(".z.2.3"))
    }

    @Test func `the longest fingerprint and the most runs fit`() throws {
        let fingerprint = try #require(RecordFingerprint(value: 1 << 48 - 1))
        var random = SplitMix64(seed: 1)
        let plain = Self.progress(runs: 330, spread: 50_000_000, random: &random)
        let progress = OffsetProgress(offset: plain.offset, completed: plain.completed, fingerprint: fingerprint)
        let metadata = OffsetMetadata.encode(progress)
        #expect(metadata.count <= OffsetMetadata.limit)
        #expect(metadata.starts(with: "cw2.".utf8))
        #expect(OffsetMetadata.progress(metadata, at: progress.offset) == progress)
    }

    @Test func `the bytes of a dense set stay what they are, and come back`() throws {
        let progress = OffsetProgress(
            offset: 1_207,
            completed: .init(runs: stride(from: 1_209, to: 1_309, by: 12).map { $0...$0 + 9 }),
            fingerprint: RecordFingerprint(value: 35)
        )
        let metadata = OffsetMetadata.encode(progress, limit: 45)
        #expect(String(decoding: metadata, as: UTF8.self) == "cw3.B_SvuJgAAAAAARgBIAejRo0aNGjRog")
        #expect(OffsetMetadata.read(metadata, at: 1_207) == progress)
        #expect(OffsetMetadata.read(metadata, at: 1_208) == nil)
        for index in metadata.indices {
            for value in [UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "."), 0xFF] where value != metadata[index]
            {
                var damaged = metadata
                damaged[index] = value
                #expect(OffsetMetadata.read(damaged, at: 1_207) == nil, "byte \(index) as \(value)")
            }
            #expect(OffsetMetadata.read(Array(metadata.prefix(index)), at: 1_207) == nil, "cut to \(index) bytes")
        }
    }

    @Test func `the older form is written as long as it fits, since older programs read only that one`() {
        let runs = (0..<400 as Range<Int64>).map { number -> ClosedRange<Int64> in
            let start = number * 3 + 1
            return start...start + 1
        }
        let progress = OffsetProgress(offset: 0, completed: .init(runs: runs))
        let plain = OffsetMetadata.encode(progress)
        #expect(plain.starts(with: "cw1.".utf8))
        #expect(OffsetMetadata.encode(progress, limit: plain.count).starts(with: "cw1.".utf8))
        let dense = OffsetMetadata.encode(progress, limit: plain.count - 1)
        #expect(dense.starts(with: "cw3.".utf8))
        for metadata in [plain, dense] { #expect(OffsetMetadata.read(metadata, at: 0) == progress) }
    }

    @Test(arguments: [0, 1, 9, 22, 23, 24, 30, 100, 1_000])
    func `a lower limit is kept, and what is left is a beginning of the set`(limit: Int) {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var progress = Self.progress(runs: Int.random(in: 0...400, using: &random), spread: 40, random: &random)
            progress = OffsetProgress(
                offset: progress.offset,
                completed: progress.completed,
                fingerprint: RecordFingerprint(value: Int64.random(in: 0..<1 << 48, using: &random))
            )
            let metadata = OffsetMetadata.encode(progress, limit: limit)
            #expect(metadata.count <= limit, "seed \(seed)")
            let read = OffsetMetadata.progress(metadata, at: progress.offset)
            #expect(read.completed.runs == Array(progress.completed.runs.prefix(read.completed.runs.count)))
            if limit >= 23 { #expect(read.fingerprint == progress.fingerprint) }
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `what is written comes back, and is never longer than brokers take`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let runs = Int.random(in: 1...330, using: &random)
        let progress = Self.progress(runs: runs, spread: 50_000_000, random: &random)
        let metadata = OffsetMetadata.encode(progress)
        #expect(metadata.count <= 4_096, "seed \(seed)")
        #expect(OffsetMetadata.decode(metadata, at: progress.offset) == progress.completed, "seed \(seed)")
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `runs that do not fit are left out from the end`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let progress = Self.progress(runs: 2_000, spread: 1 << 50, random: &random)
        let metadata = OffsetMetadata.encode(progress)
        let read = OffsetMetadata.decode(metadata, at: progress.offset)
        #expect(metadata.count <= 4_096, "seed \(seed)")
        #expect(!read.isEmpty, "seed \(seed)")
        #expect(read.runs == Array(progress.completed.runs.prefix(read.runs.count)), "seed \(seed)")
    }

    @Test func `it belongs to its offset alone`() {
        let metadata = OffsetMetadata.encode(.init(offset: 5, completed: .init(runs: [7...8])))
        #expect(!OffsetMetadata.decode(metadata, at: 5).isEmpty)
        #expect(OffsetMetadata.decode(metadata, at: 6).isEmpty)
        #expect(OffsetMetadata.decode(metadata, at: 4).isEmpty)
    }

    @Test(arguments: [
        "", "cw1", "cw1.", "cw1..", "cw1.1", "cw1.1.1.1", "cw2.0.1.1", "{\"leader\":1}", "cw1.zzzzzzzzzzzzzzzz.1.1",
    ])
    func `what this worker did not write reads as nothing`(_ text: String) {
        #expect(OffsetMetadata.decode(Array(text.utf8), at: 0).isEmpty)
    }

    @Test func `each damaged byte is noticed`() {
        let metadata = OffsetMetadata.encode(.init(offset: 100, completed: .init(runs: [102...120, 150...150])))
        for index in metadata.indices {
            for value in [UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "."), 0xFF] where value != metadata[index]
            {
                var damaged = metadata
                damaged[index] = value
                #expect(OffsetMetadata.decode(damaged, at: 100).isEmpty, "byte \(index) as \(value)")
            }
            #expect(OffsetMetadata.decode(Array(metadata.prefix(index)), at: 100).isEmpty, "cut to \(index) bytes")
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `random bytes are survived`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz.-+".utf8)
        let unread = (0..<50).allSatisfy { _ in
            let isText = Bool.random(using: &random)
            let tail = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                isText ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: .min ... .max, using: &random)
            }
            let offset = Int64.random(in: .min ... .max, using: &random)
            let prefix = ["cw1.", "cw2.", "cw3."].randomElement(using: &random) ?? ""
            return OffsetMetadata.read(Array(prefix.utf8) + tail, at: offset) == nil
        }
        #expect(unread, "seed \(seed)")
    }

    @Test(arguments: [
        "cw1.SUM.1y2p0ij32e8e7.1", "cw1.SUM.0.1y2p0ij32e8e7", "cw1.SUM.1y2p0ij32e8e8.1", "cw1.SUM.1.0", "cw1.SUM.-1.4",
    ])
    func `numbers that pass all bounds are survived, even with the right sum`(_ pattern: String) {
        let body = Array(pattern.utf8.dropFirst("cw1.SUM.".utf8.count))
        var hash: UInt32 = 2_166_136_261
        for byte in Array("z".utf8) + body { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let metadata = Array("cw1.\(String(hash, radix: 36)).".utf8) + body
        #expect(OffsetMetadata.decode(metadata, at: 35).isEmpty)
    }

    private static func progress(runs: Int, spread: Int64, random: inout SplitMix64) -> OffsetProgress {
        let offset = Int64.random(in: 0...1 << 40, using: &random)
        var position = offset
        let ranges = (0..<runs).map { _ in
            let start = position + Int64.random(in: 1...spread, using: &random)
            let end = start + Int64.random(in: 0...min(spread, 1 << 20), using: &random)
            position = end + 1
            return start...end
        }
        return OffsetProgress(offset: offset, completed: CompletedOffsets(runs: ranges))
    }
}
