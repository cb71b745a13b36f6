import CustomerContract
import Testing

@testable import CustomerCommands

/// What a client decides about the commands under way, without brokers.
@Suite struct CommandsUnderWayTests {
    private static func command(_ correlation: String) throws -> PreparedCommand {
        let settings = CustomerCommandsSettings(brokers: "127.0.0.1:1", source: "test")
        return try PreparedCommand(NewCustomer(externalID: "acct_1"), id: nil, correlation: correlation, settings)
    }

    private static func unsent(_ correlation: String) throws -> CommandsUnderWay.Unsent {
        .init(command: try Self.command(correlation), acknowledged: AsyncStream.makeStream().continuation)
    }

    @Test func `one more than the maximum is refused until a caller lets go`() throws {
        var state = CommandsUnderWay(maximum: 2)
        try state.enter()
        try state.enter()
        #expect(throws: CustomerCommandsError.tooManyUnderWay(maximum: 2)) { try state.enter() }
        state.leave(try Self.command("a"))
        try state.enter()
    }

    @Test func `batches keep the order and take each command once`() throws {
        var state = CommandsUnderWay(maximum: 9)
        for name in ["a", "b", "c"] { try state.put(try Self.unsent(name)) }
        let batches = (0..<3).map { _ in state.takeBatch(2).map(\.command.correlation) }
        #expect(batches == [["a", "b"], ["c"], []])
    }

    @Test func `a caller that lets go takes its unsent command along`() throws {
        var state = CommandsUnderWay(maximum: 9)
        for name in ["a", "b"] {
            try state.enter()
            try state.put(try Self.unsent(name))
        }
        state.leave(try Self.command("a"))
        let batch = state.takeBatch(9).map(\.command.correlation)
        #expect(batch == ["b"])
    }

    @Test func `a result is given to the one who waits for it, once`() throws {
        var state = CommandsUnderWay(maximum: 9)
        state.expect("a", AsyncStream.makeStream().continuation)
        let taken = ["b", "a", "a"].map { state.takeAwaited($0) != nil }
        #expect(taken == [false, true, false])
    }

    @Test func `after a close nothing is taken in, and all is over when the last has left`() throws {
        var state = CommandsUnderWay(maximum: 9)
        try state.enter()
        state.close()
        #expect(!state.isDrained)
        #expect(throws: CustomerCommandsError.closed) { try state.enter() }
        state.leave(try Self.command("a"))
        #expect(state.isDrained)
    }

    @Test func `at the end everybody who waits is to be told, and nobody can begin to wait`() throws {
        var state = CommandsUnderWay(maximum: 9)
        try state.put(try Self.unsent("a"))
        state.expect("b", AsyncStream.makeStream().continuation)
        let told = state.end()
        #expect(told.unsent.count == 1)
        #expect(told.awaited.count == 1)
        let late = try Self.unsent("c")
        #expect(throws: CustomerCommandsError.closed) { try state.put(late) }
        let mayRun = state.mayRun()
        #expect(!mayRun)
    }

    @Test func `a client runs once`() {
        var state = CommandsUnderWay(maximum: 9)
        let runs = (0..<2).map { _ in state.mayRun() }
        #expect(runs == [true, false])
    }
}
