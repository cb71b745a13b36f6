import CustomerContract
import Logging
import Records

/// Tells the life of each command at `debug`: ids, positions and outcomes, never what a command holds.
///
/// The loop asks ``isOn`` first, so that with a higher level nothing is built.
struct CommandLife: Sendable {
    let logger: Logger

    var isOn: Bool { self.logger.logLevel <= .debug }

    func received(_ decoded: DecodedCommand) {
        switch decoded {
        case .command(let command): self.tell("Command received", command.context)
        case .refused(let context, let failure):
            self.tell("Command received, and refused", context, ["code": "\(failure.code.rawValue)"])
        }
    }

    func requested(_ request: BackendRequest) {
        self.tell("Request sent", request.command.context, ["attempt": "\(request.attempt)"])
    }

    func answered(_ inFlight: InFlightCommand, _ answer: BackendAnswer) {
        var facts: Logger.Metadata = ["attempt": "\(inFlight.attempts)"]
        switch answer {
        case .created(let outcome, _, _): facts["outcome"] = "\(outcome.rawValue)"
        case .unchanged: facts["outcome"] = "\(CreatedOutcome.replayed.rawValue)"
        case .failed(let failure, _): facts["code"] = "\(failure.code.rawValue)"
        case .transient(let failure): facts["reason"] = "\(failure.reason)"
        case .systemic(let reason, _, _): facts["reason"] = "\(reason)"
        }
        self.tell("Request answered", inFlight.context, facts)
    }

    func committed(_ results: [PendingResult]) {
        for pending in results {
            let result = pending.result
            var facts: Logger.Metadata = ["attempt": "\(result.attempts)"]
            switch result.outcome {
            case .created(let outcome, _): facts["outcome"] = "\(outcome.rawValue)"
            case .failed(let failure): facts["code"] = "\(failure.code.rawValue)"
            }
            self.tell("Result committed", result.context, facts)
        }
    }

    private func tell(_ message: Logger.Message, _ context: CommandContext, _ more: Logger.Metadata = [:]) {
        var facts = more
        facts["command_id"] = "\(context.id)"
        let position = context.message.position
        facts["topic"] = "\(position.topic)"
        facts["partition"] = "\(position.partition)"
        facts["offset"] = "\(position.offset)"
        if let id = context.externalID { facts["external_id"] = "\(id)" }
        if let trace = context.trace {
            facts["trace_id"] = "\(trace.traceID)"
            facts["span_id"] = "\(trace.parentID)"
        }
        self.logger.debug(message, metadata: facts)
    }
}
