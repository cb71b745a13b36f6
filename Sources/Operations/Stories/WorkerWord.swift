package import CustomerContract
import FlexpriceAPI
import JSON
package import Settings

/// What the running worker says about one customer, and nothing else of what it says.
package enum WorkerWord: Sendable {
    /// It gave no answer that can be used, and why.
    case notAsked(String)
    case answered(WhyAnswer)

    /// Asks several workers at once: what one says that has a command of the customer, or what another says.
    package init(asking workers: [HostAndPort], about externalID: ExternalID) async {
        let words = await workers.concurrently { await WorkerWord(asking: $0, about: externalID) }
        let best = words.first { $0.hasCommand } ?? words.first { $0.isAnswer } ?? words.first
        self = best ?? .notAsked("there is no worker to ask")
    }

    private var isAnswer: Bool { if case .answered = self { true } else { false } }

    /// Asks the admin endpoint; waits two seconds at most.
    ///
    /// - Parameter listen: `admin.listen` of the settings, or the address of another worker.
    private init(asking listen: HostAndPort, about externalID: ExternalID) async {
        guard listen.port != 0 else {
            self = .notAsked("admin.listen leaves the port to the system")
            return
        }
        let address = listen.reachable
        switch await AdminClient(address).ask(about: externalID.text, within: .seconds(2)) {
        case .answered(let answer):
            let status = AdminClient.status(in: answer)
            self =
                status.map { .answered(WhyAnswer($0, externalID: externalID.text)) }
                ?? .notAsked("what answers at \(address) is no customer-worker")
        case .unanswered: self = .notAsked("no answer at \(address)")
        }
    }

    /// Whether a command of the customer is in flight there.
    package var hasCommand: Bool {
        guard case .answered(let answer) = self else { return false }
        return !answer.commands.isEmpty
    }
}

extension Array where Element: Sendable {
    /// What comes of each element, in their order; all are worked on at once.
    package func concurrently<Result: Sendable>(_ body: @escaping @Sendable (Element) async -> Result) async -> [Result]
    {
        await withTaskGroup(of: (Int, Result).self) { group in
            for (index, element) in self.enumerated() {
                group.addTask { (index, await body(element)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
