import CustomerContract
import JSON
import Records
package import Redrive

/// A plan as people read it, and as JSON.
extension RedrivePlan {
    /// One sentence a line.
    package func text(_ request: RedriveRequest) -> String {
        var lines: [String] = []
        if let job = self.resumed {
            let moved = NumberText.count(job.moved)
            lines.append("Resuming job \(job.id) of \(job.owner), begun \(job.beganAt): \(moved) sent back so far.")
        }
        if let job = self.abandoned {
            lines.append("Leaving job \(job.id) of \(job.owner) unfinished; what it sent back stays sent.")
        }
        let matched = NumberText.count(self.matched, "waiting dead letter")
        lines.append("\(request.topic): \(matched) (\(self.selection.description)).")
        for (topic, count) in self.targets.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count, "goes", "go")) to \(topic)")
        }
        for (reason, count) in self.left.inOrder {
            lines.append("  \(NumberText.count(count, "stays", "stay")): \(reason.text)")
        }
        for (code, count) in self.wouldFail.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            if request.isForced {
                lines.append("  \(NumberText.count(count)) break the rules, and will fail again with \(code.rawValue)")
            }
            if let example = self.examples[code] {
                lines.append("    such as \(example.position): \(example.message.printable)")
            }
        }
        if let rate = request.settings.rate, self.sendable > 0 {
            let time = Duration(boundedSeconds: (Double(self.sendable) / rate).rounded(.up))
            let number = rate == rate.rounded() ? "\(Int(rate))" : "\(rate)"
            lines.append("At \(number) a second that takes about \(NumberText.duration(time)).")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// For scripts.
    package func json(_ request: RedriveRequest) -> String {
        let wouldFail = self.wouldFail.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, $0.value) }
        let examples = self.examples.sorted { $0.key.rawValue < $1.key.rawValue }.map { code, example in
            let place = JSONValue.string(example.position.description)
            let value = JSONValue.members(["position": place, "message": .string(example.message)])
            return JSONObject.Member(name: code.rawValue, value: value)
        }
        return JSONObject([
            "topic": .string(request.topic), "selection": .string(self.selection.description),
            "matched": .integer(self.matched), "sendable": .integer(self.sendable),
            "targets": .counts(self.targets), "left": .counts(self.left.byName),
            "would_fail_again": .counts(wouldFail),
            "would_fail_examples": .object(JSONObject(examples)), "forced": .bool(request.isForced),
            "resumes": .text(self.resumed?.id),
        ]).line
    }
}

extension [LeftReason: Int] {
    /// The reasons why letters stay, ordered by name.
    var inOrder: [(key: LeftReason, value: Int)] { self.sorted { $0.key.name < $1.key.name } }
}
