import Foundation
import Synchronization
import Testing

@testable import WorkerLogging

@Suite(.timeLimit(.minutes(1))) struct QueuedLogSinkTests {
    /// A pipe with a sink at one end and, from ``read()`` on, a reader at the other.
    ///
    /// Reading blocks, and so does flushing: both on threads of their own, since those of tasks are few.
    private final class Plumbing: Sendable {
        let sink: QueuedLogSink
        private let pipe = Pipe()

        init(limit: Int = 1 << 20) {
            self.sink = QueuedLogSink(
                self.pipe.fileHandleForWriting.fileDescriptor,
                limit: limit
            ) { "\($0) dropped\n" }
        }

        /// What comes until ``close()``.
        func read() -> Task<[Substring], Never> {
            let (stream, continuation) = AsyncStream.makeStream(of: Data.self)
            let reader = self.pipe.fileHandleForReading
            Thread.detachNewThread {
                while true {
                    let data = reader.availableData
                    guard !data.isEmpty else { break }
                    continuation.yield(data)
                }
                continuation.finish()
            }
            return Task {
                let all = await stream.reduce(into: Data()) { $0 += $1 }
                return String(decoding: all, as: UTF8.self).split(separator: "\n")
            }
        }

        func close() throws { try self.pipe.fileHandleForWriting.close() }
    }

    private static func onThread<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }

    @Test func `lines of many threads arrive whole and all of them`() async throws {
        let plumbing = Plumbing()
        let sink = plumbing.sink
        let reading = plumbing.read()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<500 {
                group.addTask { sink.write(String(repeating: "\(index % 10)", count: 999) + "\n") }
            }
        }
        await Self.onThread { sink.flush(within: .seconds(50)) }
        try plumbing.close()
        let lines = await reading.value
        #expect(lines.count == 500)
        #expect(lines.allSatisfy { $0.count == 999 && Set($0).count == 1 })
    }

    @Test func `a pipe that is full blocks nobody; what is dropped is counted, and told once it is read`() async throws
    {
        let line = String(repeating: "x", count: 999) + "\n"
        let before = QueuedLogSink.droppedCount
        let plumbing = Plumbing(limit: 100_000)
        let sink = plumbing.sink
        // A pipe holds 64 KiB, the thread has at most 100 lines in its hands, and the queue holds 100 more.
        for _ in 0..<2_000 { sink.write(line) }
        #expect(QueuedLogSink.droppedCount - before >= 2_000 - 66 - 100 - 100)
        let waited = await Self.onThread {
            let clock = ContinuousClock()
            return clock.measure { sink.flush(within: .milliseconds(50)) }
        }
        #expect(waited >= .milliseconds(50))

        let reading = plumbing.read()
        await Self.onThread {
            sink.flush(within: .seconds(20))
            sink.write("after\n")
            sink.flush(within: .seconds(20))
        }
        try plumbing.close()
        let lines = await reading.value
        let told = lines.compactMap { $0.hasSuffix(" dropped") ? Int($0.dropLast(8)) : nil }
        #expect(lines.filter { $0.hasPrefix("x") }.count + told.reduce(0, +) == 2_000)
        #expect(told.count >= 1)
        #expect(lines.last == "after")
    }

    @Test func `lines that cannot be written are counted, and the next ones are tried`() async {
        let before = QueuedLogSink.droppedCount
        let sink = QueuedLogSink(-1) { "\($0)\n" }
        await Self.onThread {
            sink.write("lost\n")
            sink.flush(within: .seconds(20))
            sink.write("lost too\n")
            sink.flush(within: .seconds(20))
        }
        #expect(QueuedLogSink.droppedCount - before >= 2)
    }
}
