package import Foundation

/// What goes wrong when: a list of steps, each with the faults that take the place of all others.
///
/// ```json
/// [{"after_milliseconds": 5000, "faults": [{"fault": "unauthorized"}]},
///  {"after_milliseconds": 60000, "faults": []}]
/// ```
package struct FaultScript: Sendable, Hashable, Decodable {
    /// One change of the faults.
    package struct Step: Sendable, Hashable, Decodable {
        private enum CodingKeys: String, CodingKey {
            case afterMilliseconds = "after_milliseconds"
            case faults
        }

        /// The wait since the step before, or since the start.
        package let wait: Duration
        /// The faults from then on.
        package let faults: [FaultRule]

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            let milliseconds = try values.decodeIfPresent(Int64.self, forKey: .afterMilliseconds) ?? 0
            guard (0...4_294_967_296).contains(milliseconds) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .afterMilliseconds,
                    in: values,
                    debugDescription: "\(milliseconds) is not between 0 and 4294967296"
                )
            }
            self.wait = .milliseconds(milliseconds)
            self.faults = try values.decode([FaultRule].self, forKey: .faults)
        }
    }

    /// The steps in their order.
    package let steps: [Step]

    package init(from decoder: any Decoder) throws {
        self.steps = try decoder.singleValueContainer().decode([Step].self)
    }

    /// Reads a script.
    ///
    /// - Throws: `DecodingError` that says where it is wrong.
    package init(json: Data) throws {
        self = try JSONDecoder().decode(FaultScript.self, from: json)
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
