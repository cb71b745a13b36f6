import JSON

/// What goes wrong when: a list of steps, each with the faults that replace all others.
///
/// ```json
/// [{"after_milliseconds": 5000, "faults": [{"fault": "unauthorized"}]},
///  {"after_milliseconds": 60000, "faults": []}]
/// ```
package struct FaultScript: Sendable {
    /// The wait since the step before, or since the start, and the faults from then on.
    private let steps: [(wait: Duration, faults: [FaultRule])]

    /// Reads a script.
    ///
    /// - Throws: `JSONSyntaxError` for what is no JSON, else ``FaultSyntaxError``, which says where it is wrong.
    package init(json: [UInt8]) throws {
        guard let elements = try JSONParser.parse(json).arrayValue else {
            throw FaultSyntaxError(place: "script", message: "expected an array of steps")
        }
        self.steps = try elements.enumerated().map { index, element in
            let step = try RuleReader(element, at: "script[\(index)]")
            return (.milliseconds(try step.bounded("after_milliseconds") ?? 0), try step.rules("faults"))
        }
    }

    /// Plays the steps in time; returns after the last one.
    ///
    /// - Throws: `CancellationError` when its task is cancelled.
    package func play(on state: SimulatorState) async throws {
        for step in self.steps {
            if step.wait > .zero { try await state.configuration.clock.sleep(step.wait) }
            state.replaceFaults(with: step.faults)
        }
    }
}
