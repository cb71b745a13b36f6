import CustomerContract
import JSON
import Records
package import Redrive

/// A plan as people read it, and as JSON.
package struct RedrivePlanView: Sendable {
    private let request: RedriveRequest
    private let plan: RedrivePlan

    /// The plan of a request.
    package init(request: RedriveRequest, plan: RedrivePlan) {
        self.request = request
        self.plan = plan
    }

    /// How many, with their noun.
    package var count: String { NumberText.count(self.plan.sendable, "dead letter") }

    /// One sentence a line.
    package var text: String {
        var lines: [String] = []
        if let job = self.plan.resumed {
            lines.append(
                "Resuming job \(job.id) of \(job.owner), begun \(job.beganAt): "
                    + "\(NumberText.count(job.moved)) sent back so far."
            )
        }
        if let job = self.plan.abandoned {
            lines.append("Leaving job \(job.id) of \(job.owner) unfinished; what it sent back stays sent.")
        }
        lines.append(
            "\(self.request.topic): \(NumberText.count(self.plan.matched, "waiting dead letter")) "
                + "(\(self.plan.selection.description))."
        )
        for (topic, count) in self.plan.targets.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count, "goes", "go")) to \(topic)")
        }
        for (reason, count) in self.plan.left.sorted(by: { $0.key.name < $1.key.name }) {
            lines.append("  \(NumberText.count(count, "stays", "stay")): \(reason.text)")
        }
        for (code, count) in self.plan.wouldFail.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            if self.request.isForced {
                lines.append("  \(NumberText.count(count)) break the rules, and will fail again with \(code.rawValue)")
            }
            if let example = self.plan.examples[code] {
                lines.append("    such as \(example.position): \(example.message.printable)")
            }
        }
        if let pace = self.pace { lines.append(pace) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var pace: String? {
        guard let rate = self.request.settings.rate, self.plan.sendable > 0 else { return nil }
        let time = Duration(boundedSeconds: (Double(self.plan.sendable) / rate).rounded(.up))
        return "At \(Self.number(rate)) a second that takes about \(NumberText.duration(time))."
    }

    private static func number(_ rate: Double) -> String { rate == rate.rounded() ? "\(Int(rate))" : "\(rate)" }

    /// For scripts.
    package var json: String {
        let wouldFail = self.plan.wouldFail.map { ($0.key.rawValue, $0.value) }
        let examples = self.plan.examples.sorted { $0.key.rawValue < $1.key.rawValue }.map { code, example in
            JSONObject.Member(
                name: code.rawValue,
                value: .members([
                    "position": .string(example.position.description), "message": .string(example.message),
                ])
            )
        }
        return JSONObject([
            "topic": .string(self.request.topic), "selection": .string(self.plan.selection.description),
            "matched": .integer(self.plan.matched), "sendable": .integer(self.plan.sendable),
            "targets": .counts(self.plan.targets), "left": .counts(self.plan.left.byName),
            "would_fail_again": .counts(Dictionary(uniqueKeysWithValues: wouldFail)),
            "would_fail_examples": .object(JSONObject(examples)), "forced": .bool(self.request.isForced),
            "resumes": .text(self.plan.resumed?.id),
        ]).line
    }
}
