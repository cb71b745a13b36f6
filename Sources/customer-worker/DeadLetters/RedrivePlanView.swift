import CustomerContract
import JSON
import Records
import Redrive

/// A plan as people read it, and as JSON.
struct RedrivePlanView {
    let request: RedriveRequest
    let plan: RedrivePlan

    /// How many, with their noun.
    var count: String {
        let number = self.plan.forecast.sendable
        return "\(NumberText.count(number)) dead letter\(number == 1 ? "" : "s")"
    }

    /// One sentence a line.
    var text: String {
        let forecast = self.plan.forecast
        var lines: [String] = []
        if let job = self.plan.resumed {
            lines.append(
                "Resuming job \(job.id) of \(job.owner.description), begun \(job.beganAt): "
                    + "\(NumberText.count(job.moved)) sent back so far."
            )
        }
        if let job = self.plan.left {
            lines.append("Leaving job \(job.id) of \(job.owner.description) unfinished; what it sent back stays sent.")
        }
        lines.append(
            "\(self.request.topic): \(NumberText.count(forecast.matched)) waiting dead letters match "
                + "(\(self.plan.selection.description))."
        )
        for (topic, count) in forecast.targets.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count)) go to \(topic)")
        }
        for (reason, count) in forecast.left.sorted(by: { $0.key.name < $1.key.name }) {
            lines.append("  \(NumberText.count(count)) stay: \(reason.text)")
        }
        for (code, count) in forecast.wouldFail.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count)) break the rules for commands and would fail again with \(code)")
        }
        if let pace = self.pace { lines.append(pace) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var pace: String? {
        guard let rate = self.request.settings.rate, self.plan.forecast.sendable > 0 else { return nil }
        let time = Duration(boundedSeconds: (Double(self.plan.forecast.sendable) / rate).rounded(.up))
        return "At \(Self.number(rate)) a second that takes about \(NumberText.duration(time))."
    }

    private static func number(_ rate: Double) -> String { rate == rate.rounded() ? "\(Int(rate))" : "\(rate)" }

    /// For scripts.
    var json: String {
        let forecast = self.plan.forecast
        var object = JSONObject()
        object["topic"] = .string(self.request.topic)
        object["selection"] = .string(self.plan.selection.description)
        object["matched"] = .number(JSONNumber(forecast.matched))
        object["sendable"] = .number(JSONNumber(forecast.sendable))
        object["targets"] = Self.counts(forecast.targets)
        object["left"] = Self.counts(Dictionary(forecast.left.map { ($0.key.name, $0.value) }, uniquingKeysWith: +))
        object["would_fail_again"] = Self.counts(forecast.wouldFail)
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
