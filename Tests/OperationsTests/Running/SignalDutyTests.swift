import Logging
import Testing

@testable import Operations

@Suite(.timeLimit(.minutes(1))) struct SignalDutyTests {
    private static func duty() -> SignalDuty {
        SignalDuty(ProcessSignals(of: []), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// What is done, in order.
    private static func record(in done: AsyncStream<String>.Continuation) -> SignalDuty.Actions {
        SignalDuty.Actions(
            drain: { done.yield("drain") },
            abort: { fatalError("nothing in these tests asks for it") },
            reload: { done.yield("reload") },
            suspend: { done.yield("suspend") },
            resume: { done.yield("resume") },
            logInFlight: { done.yield("log") },
            wedge: { done.yield("wedge") }
        )
    }

    @Test func `a reload and a suspension that were asked for before there is a worker are done once there is one`()
        async
    {
        let (stream, done) = AsyncStream.makeStream(of: String.self)
        let duty = Self.duty()
        for signal in [ProcessSignals.Signal.hangUp, .hangUp, .suspend, .terminalInput] { await duty.obey(signal) }
        await duty.take(over: Self.record(in: done))
        var heard: Set<String> = []
        for await word in stream.prefix(2) { heard.insert(word) }
        #expect(heard == ["reload", "suspend"])
        await duty.obey(.hangUp)
        await duty.obey(.terminate)
        done.finish()
        #expect(await stream.reduce(into: []) { $0.append($1) } == ["reload", "drain"])
    }

    @Test func `a TERM that comes twice within a second drains once`() async {
        let (stream, done) = AsyncStream.makeStream(of: String.self)
        let duty = Self.duty()
        let start = ContinuousClock.now
        await duty.take(over: Self.record(in: done))
        await duty.obey(.terminate, at: start)
        await duty.obey(.terminate, at: start + .milliseconds(5))
        done.finish()
        #expect(await stream.reduce(into: []) { $0.append($1) } == ["drain"])
    }

    @Test func `a suspension that was taken back before there is a worker is none`() async {
        let (stream, done) = AsyncStream.makeStream(of: String.self)
        let duty = Self.duty()
        await duty.obey(.suspend)
        await duty.obey(.resume)
        await duty.take(over: Self.record(in: done))
        await duty.obey(.resume)
        done.finish()
        #expect(await stream.reduce(into: []) { $0.append($1) } == ["resume"])
    }
}
