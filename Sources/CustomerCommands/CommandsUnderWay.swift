import CustomerContract

/// What a client has under way, and what is to be done next: decisions only, its owner acts.
///
/// 1. A command is in `unsent`, then in no list while its batch is acknowledged; from the moment it was taken in until
///    its caller lets go of it, it counts.
/// 2. Each caller waits on a stream of its own. Whoever takes a continuation out of here must finish it, and does so
///    after the lock is gone.
/// 3. After `end` nothing is taken in, and no caller waits.
struct CommandsUnderWay: Sendable {
    typealias Receipt = Result<CommandReceipt, CustomerCommandsError>
    typealias Answer = Result<CustomerResult, CustomerCommandsError>

    /// A command with whoever waits for its acknowledgement.
    struct Unsent: Sendable {
        let command: PreparedCommand
        let acknowledged: AsyncStream<Receipt>.Continuation
    }

    private let maximum: Int
    private var isStarted = false
    /// Whether commands are being sent, which begins only when the place in the answers' topic is taken.
    private(set) var isReady = false
    private var isClosing = false
    private(set) var isOver = false
    private var count = 0
    private var unsent: [Unsent] = []
    private var awaited: [String: AsyncStream<Answer>.Continuation] = [:]

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Whether everything has ended after a close.
    var isDrained: Bool { self.isClosing && self.count == 0 }

    /// Whether `run()` may begin: it does so once.
    mutating func mayRun() -> Bool {
        guard !self.isStarted, !self.isOver else { return false }
        self.isStarted = true
        return true
    }

    /// Sending may begin.
    mutating func begin() {
        self.isReady = true
    }

    /// A command is taken in; its caller must let go of it.
    mutating func enter() throws(CustomerCommandsError) {
        guard !self.isClosing, !self.isOver else { throw .closed }
        guard self.count < self.maximum else { throw .tooManyUnderWay(maximum: self.maximum) }
        self.count += 1
    }

    /// A caller lets go of its command, whatever came of it; one that was not sent yet is not sent any more.
    mutating func leave(_ command: PreparedCommand) {
        self.count -= 1
        self.unsent.removeAll { $0.command.correlation == command.correlation }
        self.awaited[command.correlation] = nil
    }

    /// A result is waited for; before its command is sent, or it might come first.
    mutating func expect(_ correlation: String, _ answered: AsyncStream<Answer>.Continuation) {
        self.awaited[correlation] = answered
    }

    /// A command is to be sent.
    mutating func put(_ unsent: Unsent) throws(CustomerCommandsError) {
        guard !self.isOver else { throw .closed }
        self.unsent.append(unsent)
    }

    /// What is to be sent next, at most `limit`.
    mutating func takeBatch(_ limit: Int) -> [Unsent] {
        let batch = Array(self.unsent.prefix(limit))
        self.unsent.removeFirst(batch.count)
        return batch
    }

    /// Who waits for the result of that correlation id, once.
    mutating func takeAwaited(_ correlation: String) -> AsyncStream<Answer>.Continuation? {
        self.awaited.removeValue(forKey: correlation)
    }

    /// No more commands are taken in.
    mutating func close() {
        self.isClosing = true
    }

    /// The client ended; every caller who still waits is to be told.
    mutating func end() -> (unsent: [Unsent], awaited: [AsyncStream<Answer>.Continuation]) {
        self.isOver = true
        defer { (self.unsent, self.awaited) = ([], [:]) }
        return (self.unsent, Array(self.awaited.values))
    }
}
