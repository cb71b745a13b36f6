import Kafka
import Records
import Testing
import Topics

@testable import CommandWorker

/// Completed sets that have no room beside their offset.
///
/// 1. Metadata names the place of a text, and the text has the whole set.
/// 2. Neither is believed for another offset, nor for a text that was written later.
/// 3. What a committed offset names is not overwritten before another offset is committed.
/// 4. So the completed set is no bottleneck: a partition completes whatever is complete.
@Suite struct SpilledSetTests {
    private static let place = SpillPlace(writer: 1 << 61 + 7, slot: 1)

    /// Every other offset from one on, with a fingerprint.
    private static func progress(at offset: Int64 = 1_207, runs: Int64) -> OffsetProgress {
        OffsetProgress(
            offset: offset,
            completed: CompletedOffsets(runs: (0..<runs).map { offset + 1 + 2 * $0...offset + 1 + 2 * $0 }),
            fingerprint: RecordFingerprint(value: 1 << 48 - 1)
        )
    }

    @Test func `a set that fits stays in the metadata`() {
        let (metadata, text) = OffsetMetadata.encode(Self.progress(runs: 100), limit: 4_096, spillingTo: Self.place)
        #expect(text == nil)
        #expect(metadata == OffsetMetadata.encode(Self.progress(runs: 100)))
        #expect(OffsetMetadata.place(metadata, at: 1_207) == nil)
    }

    @Test(arguments: [40, 4_096])
    func `a set that does not fit is spilled whole, and comes back`(limit: Int) throws {
        let progress = Self.progress(runs: 40_000)
        let (metadata, text) = OffsetMetadata.encode(progress, limit: limit, spillingTo: Self.place)
        #expect(metadata.count == OffsetMetadata.pointerBytes)
        #expect(OffsetMetadata.place(metadata, at: 1_207) == Self.place)
        #expect(OffsetMetadata.fingerprint(metadata, at: 1_207) == progress.fingerprint)
        #expect(OffsetMetadata.read(metadata, at: 1_207, spilled: text) == progress)
        #expect(OffsetMetadata.read(metadata, at: 1_207) == nil, "as a version that knows no places reads it")
    }

    @Test func `the bytes of a place and of its text stay what they are`() throws {
        let (metadata, text) = OffsetMetadata.encode(Self.progress(runs: 40), limit: 34, spillingTo: Self.place)
        let kept = try #require(text)
        #expect(String(decoding: metadata, as: UTF8.self) == "cw4.AKa6vr________wAAAAAAAAA-_gB1t")
        #expect(String(decoding: kept, as: UTF8.self) == "cws.Cl7A0h________gAAUAAQAAAAAAAAAAAAA")
    }

    @Test func `without a place, or without room for one, runs are left out as before`() {
        let progress = Self.progress(runs: 40_000)
        for (limit, place) in [(4_096, nil), (OffsetMetadata.pointerBytes - 1, Self.place)] {
            let (metadata, text) = OffsetMetadata.encode(progress, limit: limit, spillingTo: place)
            #expect(text == nil)
            #expect(metadata == OffsetMetadata.encode(progress, limit: limit))
        }
    }

    @Test func `what is damaged, older or of another offset is not believed`() throws {
        let (metadata, kept) = OffsetMetadata.encode(Self.progress(runs: 60), limit: 40, spillingTo: Self.place)
        let text = try #require(kept)
        let later = OffsetMetadata.encode(Self.progress(runs: 61), limit: 40, spillingTo: Self.place).spilled
        #expect(OffsetMetadata.read(metadata, at: 1_207, spilled: later) == nil)
        #expect(OffsetMetadata.read(metadata, at: 1_208, spilled: text) == nil)
        #expect(OffsetMetadata.read(metadata, at: 1_207, spilled: nil) == nil)
        #expect(OffsetMetadata.place(metadata, at: 1_208) == nil)
        for index in text.indices {
            var damaged = text
            damaged[index] ^= 1
            #expect(OffsetMetadata.read(metadata, at: 1_207, spilled: damaged) == nil, "text, byte \(index)")
            #expect(OffsetMetadata.read(metadata, at: 1_207, spilled: Array(text.prefix(index))) == nil)
        }
        for index in metadata.indices {
            var damaged = metadata
            damaged[index] ^= 1
            #expect(OffsetMetadata.read(damaged, at: 1_207, spilled: text) == nil, "metadata, byte \(index)")
        }
    }

    // MARK: 3. Slots

    /// Partitions with one that has read `count` records.
    private func partitions(reading count: Int64, spills: Bool = true) throws -> (Partitions, [Int]) {
        var partitions = Partitions.holding(metadataLimit: 34, spillsSets: spills)
        let numbers = try (0..<count).map { offset in
            guard case .run(_, let number, _) = partitions.accept(offset, of: CoreDriver.partition) else {
                throw NotRun()
            }
            return number
        }
        return (partitions, numbers)
    }

    private struct NotRun: Error {}

    private let assignment = AssignmentID(value: 0)

    @Test func `a writer uses its slots by turns, and the same again after a batch that failed`() throws {
        var (partitions, numbers) = try self.partitions(reading: 600)
        var places: [SpillPlace] = []
        for (step, isCommitted) in [true, false, false, true, true].enumerated() {
            for number in numbers.dropFirst(1 + step * 100).prefix(100).enumerated().filter({ $0.offset % 2 == 1 }) {
                let isPromised = partitions.promise(number.element, size: 10, of: self.assignment, onlyAsFirst: false)
                #expect(isPromised == true)
            }
            let news = partitions.takeNews()
            places.append(try #require(news.spilled.first).place)
            #expect(OffsetMetadata.place(news.offsets[0].metadata, at: 0) == places.last)
            if isCommitted {
                partitions.committed(news.progress)
            } else {
                partitions.bringAgain([self.assignment])
            }
        }
        #expect(places.map(\.slot) == [0, 1, 1, 1, 0].map { $0 ^ places[0].slot })
        #expect(Set(places.map(\.writer)).count == 1)
    }

    @Test func `an assignment keeps the set that it began with, and begins with all that it says`() throws {
        var (partitions, numbers) = try self.partitions(reading: 200)
        for index in stride(from: 1, to: 200, by: 2) {
            _ = partitions.promise(numbers[index], size: 10, of: self.assignment, onlyAsFirst: false)
        }
        let news = partitions.takeNews()
        let spilled = try #require(news.spilled.first)

        var next = Partitions(metadataLimit: 34, spillsSets: true, revocationBudget: .zero, retryWait: .zero)
        next.await([CoreDriver.partition])
        _ = next.take([CommittedPosition(committed: news.offsets[0], spilled: spilled.text)])
        for offset in 0..<200 as Range<Int64> {
            #expect(next.accept(offset, of: CoreDriver.partition).word == (offset % 2 == 1 ? "skip" : "run"))
        }
        _ = next.promise(0, size: 10, of: self.assignment, onlyAsFirst: false)
        #expect(try #require(next.takeNews().spilled.first).origin == spilled.place.writer)

        // Without its text everything beyond the offset runs again, and is reported.
        next = Partitions(metadataLimit: 34, spillsSets: true, revocationBudget: .zero, retryWait: .zero)
        next.await([CoreDriver.partition])
        _ = next.take([CommittedPosition(committed: news.offsets[0])])
        #expect(next.takeReports() == [.unreadableMetadata(CoreDriver.partition, at: 0)])
        #expect(next.accept(1, of: CoreDriver.partition).word == "run")
    }

    // MARK: 4. No bottleneck

    @Test func `one in ten unfinished at a thousand a second for a quarter of an hour holds back nothing`() throws {
        let (count, slow) = (900_000 as Int64, 10 as UInt64)
        var tracker = OffsetTracker(
            committed: OffsetProgress(offset: 0, completed: CompletedOffsets()),
            bitLimit: OffsetMetadata.spilledBits
        )
        var random = SplitMix64(seed: 1)
        var refused = 0
        for offset in 0..<count {
            guard case .run(let number) = tracker.accept(offset) else { continue }
            if offset == 0 || random.next() % slow == 0 { continue }
            if !tracker.canComplete(number) { refused += 1 }
            tracker.promise(number)
            tracker.complete(number)
        }
        #expect(refused == 0)
        #expect(tracker.unfinishedCount > 85_000)
        let progress = try #require(tracker.progress)
        let (metadata, text) = OffsetMetadata.encode(progress, limit: 4_096, spillingTo: Self.place)
        #expect(OffsetMetadata.read(metadata, at: 0, spilled: text) == progress)
    }

    @Test func `where no set is spilled the same partition is held back`() throws {
        var (partitions, numbers) = try self.partitions(reading: 400, spills: false)
        let isPromised = stride(from: 1, to: 400, by: 2).map {
            partitions.promise(numbers[$0], size: 10, of: self.assignment, onlyAsFirst: false)
        }
        #expect(isPromised.contains(false))
    }
}
