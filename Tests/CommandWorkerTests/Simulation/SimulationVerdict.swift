import CustomerContract
import Records

@testable import CommandWorker

/// What must be true of a world in which everything has ended.
struct SimulationVerdict {
    let violation: String?

    init(_ simulation: Simulation) {
        self.violation =
            Self.missing(simulation) ?? Self.customers(simulation) ?? Self.outcomes(simulation)
    }

    /// Every command has a result: exactly one, or at least one, as was promised.
    private static func missing(_ simulation: Simulation) -> String? {
        for name in simulation.log.names {
            for command in simulation.log.partitions[name] ?? [] {
                let position = command.decoded.context.message.position
                if simulation.log.isDeleted(command), simulation.broker.results[command.eventID] == nil { continue }
                guard let visible = simulation.broker.results[command.eventID] else {
                    return "no result for \(position)"
                }
                if case .refused(_, let failure) = command.decoded {
                    guard visible.outcome == .failed(failure) else {
                        return "\(position) was refused, and has another result"
                    }
                }
            }
        }
        let failed = simulation.broker.results.values.count { if case .failed = $0.outcome { true } else { false } }
        if simulation.broker.deadLetterCount != failed {
            return "\(simulation.broker.deadLetterCount) dead letters for \(failed) failures"
        }
        let isExact = simulation.profile.guarantee == .exactlyOnce
        // Of a log that is gone the commands that were not read are gone, too.
        guard simulation.log.epochs.isEmpty, simulation.log.starts.isEmpty else { return nil }
        guard isExact, simulation.broker.resultCount != simulation.log.count else { return nil }
        return "\(simulation.broker.resultCount) results for \(simulation.log.count) commands"
    }

    /// No customer was made twice.
    private static func customers(_ simulation: Simulation) -> String? {
        simulation.api.creates.first { $0.value > 1 }.map { "\($0.key) was made \($0.value) times" }
    }

    /// Of one external_id all successes have one payload, and one of them is the first; the others are replays of it.
    private static func outcomes(_ simulation: Simulation) -> String? {
        var results: [ExternalID: [SimulatedBroker.Visible]] = [:]
        for visible in simulation.broker.results.values {
            if let id = visible.externalID { results[id, default: []].append(visible) }
        }
        for id in results.keys.sorted(by: { $0.text < $1.text }) {
            let visible = results[id] ?? []
            var firsts = 0
            var payloads: Set<Fingerprint?> = []
            var documents: Set<CustomerDocument> = []
            var gaveUp = false
            for result in visible {
                switch result.outcome {
                case .created(let outcome, let document):
                    payloads.insert(result.fingerprint)
                    documents.insert(document)
                    if outcome != .replayed { firsts += 1 }
                case .failed(let failure):
                    if failure.code == .retriesExhausted || failure.code == .rejected { gaveUp = true }
                }
            }
            if payloads.count > 1 { return "\(id) was created with \(payloads.count) payloads" }
            if documents.count > 1 { return "\(id) has \(documents.count) customers" }
            // A command that gave up may have made the customer for another worker, which then had to fall silent.
            if firsts > 1 || (firsts == 0 && !payloads.isEmpty && !gaveUp && simulation.log.epochs.isEmpty) {
                return "\(id) has \(firsts) results that are no replay"
            }
        }
        return nil
    }
}
