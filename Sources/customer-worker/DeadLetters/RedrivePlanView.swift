import CustomerContract
import JSON
import Records
import Redrive

/// A plan as people read it, and as JSON.
struct RedrivePlanView {
    let request: RedriveRequest
    let plan: RedrivePlan

    /// How many, with their noun.
    var count: String { NumberText.count(self.plan.sendable, "dead letter") }

    /// One sentence a line.
    var text: String {
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
            "\(self.request.topic): \(NumberText.count(self.plan.matched)) waiting dead letters match "
                + "(\(self.plan.selection.description))."
        )
        for (topic, count) in self.plan.targets.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count)) go to \(topic)")
        }
        for (reason, count) in self.plan.left.sorted(by: { $0.key.name < $1.key.name }) {
            lines.append("  \(NumberText.count(count)) stay: \(reason.text)")
        }
        for (code, count) in self.plan.wouldFail.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count)) break the rules for commands and would fail again with \(code)")
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
    var json: String {
        var object = JSONObject()
        object["topic"] = .string(self.request.topic)
        object["selection"] = .string(self.plan.selection.description)
        object["matched"] = .number(JSONNumber(self.plan.matched))
        object["sendable"] = .number(JSONNumber(self.plan.sendable))
        object["targets"] = Self.counts(self.plan.targets)
        object["left"] = Self.counts(Dictionary(self.plan.left.map { ($0.key.name, $0.value) }, uniquingKeysWith: +))
        object["would_fail_again"] = Self.counts(self.plan.wouldFail)
        object["resumes"] = self.plan.resumed.map { .string($0.id) } ?? .null
        return String(decoding: JSONWriter.encode(object), as: UTF8.self) + "\n"
    }

    /// Numbers by name, ordered by name.
    static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(
            JSONObject(
                counts.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .number(JSONNumber($0.value))) }
            )
        )
    }
}
