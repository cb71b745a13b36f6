import JSON
import Logging
import Operations
import Records
import Settings
import Synchronization

/// What the workers of the group said when they were asked last.
struct FleetView: Sendable {
    struct Worker: Sendable {
        let address: HostAndPort
        /// Its last answer; `nil` when it gave none to the last question.
        var status: JSONObject?
        /// The last of all its answers; `nil` before the first.
        var lastStatus: JSONObject?
        /// Why there is none, without its end.
        var silence: String?
        /// The time of its last answer; `nil` before the first.
        var answeredAt: UnixMilliseconds?

        /// A number of the answer, by its path.
        func number(_ path: String...) -> Double? {
            let object = path.dropLast().reduce(self.status) { $0?.object($1) }
            return path.last.flatMap { object?.double($0) }
        }

        /// Whether the worker says that it is ready; `nil` when it does not answer.
        var isReady: Bool? { self.status?.isTrue("ready") }
    }

    /// In the order of the settings.
    var workers: [Worker]
    /// When they were asked; `nil` before the first time.
    var askedAt: UnixMilliseconds?
}

/// Asks the admin endpoints of all workers every two seconds, however many pages are open, and remembers the answers.
///
/// That is all that the console asks of a worker by itself.
final class FleetWatch: Sendable {
    static let interval: Duration = .seconds(2)
    /// A worker that takes longer for an answer counts as silent.
    static let answerTimeout: Duration = .seconds(2)

    private let state: Mutex<FleetView>
    private let history: History
    private let logger: Logger

    init(_ addresses: [HostAndPort], history: History, logger: Logger) {
        self.state = Mutex(FleetView(workers: addresses.map { FleetView.Worker(address: $0) }))
        self.history = history
        self.logger = logger
    }

    var view: FleetView { self.state.withLock(\.self) }

    func run() async {
        var isFailing = false
        while !Task.isCancelled {
            let before = self.view
            let now = await self.ask(before)
            self.state.withLock { $0 = now }
            do {
                try await self.history.take(now, after: before)
                isFailing = false
            } catch {
                if !isFailing { self.logger.warning("History not written", metadata: ["error": "\(error)"]) }
                isFailing = true
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func ask(_ before: FleetView) async -> FleetView {
        let now = UnixMilliseconds.now()
        let answers = await before.workers.concurrently { worker in
            await AdminClient(worker.address).look(within: Self.answerTimeout)
        }
        var view = FleetView(workers: before.workers, askedAt: now)
        for (index, answer) in answers.enumerated() {
            switch answer {
            case .status(let status):
                (view.workers[index].status, view.workers[index].lastStatus) = (status, status)
                (view.workers[index].silence, view.workers[index].answeredAt) = (nil, now)
            case .silence(let sentence): (view.workers[index].status, view.workers[index].silence) = (nil, sentence)
            }
        }
        return view
    }
}
