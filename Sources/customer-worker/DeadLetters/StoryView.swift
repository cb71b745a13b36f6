import CustomerContract
import FlexpriceAPI
import JSON
import Operations
import Records
import Redrive
import Settings

/// What the running worker says about a customer.
enum WorkerStatus {
    /// It gave no answer that can be used, and why.
    case notAsked(String)
    /// Its answer.
    case answered(JSONValue)

    /// Asks the admin endpoint; waits two seconds at most.
    init(asking listen: HostAndPort, about externalID: ExternalID) async {
        let address = listen.reachable
        switch await AdminClient(address).ask(about: externalID.text, within: .seconds(2)) {
        case .answered(let answer):
            let value = answer.status == 200 ? try? JSONParser.parse(answer.body) : nil
            self = value.map { .answered($0) } ?? .notAsked("\(address) answered \(answer.status)")
        case .unanswered:
            self = .notAsked("no answer at \(address)")
        }
    }
}

/// A story as people read it, and as JSON.
struct StoryView {
    let subject: String
    let story: Story
    let worker: WorkerStatus

    /// A line for each event, its details below it.
    var text: String {
        var text = "\(self.subject)"
        if let id = self.story.externalID, id.text != self.subject { text += " (external_id \(id.text))" }
        text += "\n\n"
        for event in self.story.events {
            let place = event.position.map { "  [\($0)]" } ?? ""
            text += "\(event.at?.description ?? "at an unknown time")  \(event.text.printable)\(place)\n"
            for (name, value) in event.details { text += "    \(name.printable): \(value.printable)\n" }
        }
        if !self.story.events.isEmpty { text += "\n" }
        text += "now\n"
        for sentence in self.story.now { text += "  \(sentence.printable)\n" }
        switch self.worker {
        case .notAsked(let reason): text += "  worker not asked: \(reason)\n"
        case .answered(let value): text += "  the worker says: \(PrettyJSON.text(value, indent: "  "))\n"
        }
        return text
    }

    /// For scripts.
    var json: String {
        let events = self.story.events.map { event in
            JSONValue.members([
                "at": .text(event.at?.description),
                "kind": .string(event.kind.name),
                "position": .text(event.position?.description),
                "command": .text(event.command?.description),
                "text": .string(event.text),
                "details": .object(JSONObject(event.details.map { .init(name: $0.name, value: .string($0.value)) })),
            ])
        }
        var object = JSONObject([
            "subject": .string(self.subject), "external_id": .text(self.story.externalID?.text),
            "events": .array(events), "now": .array(self.story.now.map { .string($0) }),
        ])
        switch self.worker {
        case .notAsked(let reason): object["worker_not_asked"] = .string(reason)
        case .answered(let value): object["worker"] = value
        }
        return object.line
    }
}
