import Synchronization

/// Repeats a reading in the background while pages ask for what it finds, and not at all otherwise.
final class Attention: Sendable {
    private struct State {
        var lastAsked = ContinuousClock.now
        var hasNews = false
    }

    /// Without a question for this time nothing is read.
    static let span: Duration = .seconds(60)

    private let state = Mutex(State())
    private let questions: AsyncStream<Void>
    private let question: AsyncStream<Void>.Continuation

    init() {
        (self.questions, self.question) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// A page asks.
    ///
    /// - Parameter hasNews: Whether what was read is known to be out of date, so that it is read again at once.
    func ask(hasNews: Bool = false) {
        self.state.withLock { state in
            state.lastAsked = .now
            if hasNews { state.hasNews = true }
        }
        self.question.yield()
    }

    /// Whether a page has asked within ``span``.
    var isAsked: Bool { self.state.withLock { $0.lastAsked + Self.span > .now } }

    /// Reads while pages ask, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: Between two readings.
    ///   - read: Returns whether there is more to be read at once.
    func run(every interval: Duration, _ read: () async -> Bool) async {
        for await _ in self.questions {
            repeat {
                self.state.withLock { $0.hasNews = false }
                if await read() { continue }
                await self.rest(interval)
            } while !Task.isCancelled && self.isAsked
        }
    }

    /// Waits; ends early when there is news.
    private func rest(_ interval: Duration) async {
        let end = ContinuousClock.now + interval
        while ContinuousClock.now < end, !Task.isCancelled, !self.state.withLock({ $0.hasNews }) {
            // Soon enough for who acted and waits for the page, and rare enough to cost nothing.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
