import JSON
import Logging
import Operations
import Records
import Settings
import Synchronization

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

    /// The last answers.
    var view: FleetView { self.state.withLock(\.self) }

    /// The admin endpoints.
    var addresses: [HostAndPort] { self.view.workers.map(\.address) }

    /// Asks until the task is cancelled.
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
        await withTaskGroup(of: (Int, AdminClient.Answer).self) { group in
            for (index, worker) in before.workers.enumerated() {
                group.addTask { (index, await AdminClient(worker.address).look(within: Self.answerTimeout)) }
            }
            var view = before
            let now = UnixMilliseconds.now()
            for await (index, answer) in group {
                switch answer {
                case .status(let status):
                    view.workers[index].status = status
                    view.workers[index].lastStatus = status
                    view.workers[index].silence = nil
                    view.workers[index].answeredAt = now
                case .silence(let sentence):
                    view.workers[index].status = nil
                    view.workers[index].silence = sentence
                }
            }
            view.askedAt = now
            return view
        }
    }
}
