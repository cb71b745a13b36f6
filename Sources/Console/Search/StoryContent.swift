import CustomerContract
import Operations
import Records
import Redrive

/// A story as its template wants it.
struct StoryContent {
    private let answer: StoryInquiry.Answer
    private let screen: StoryScreen
    private let seesValues: Bool

    init(_ answer: StoryInquiry.Answer, seesValues: Bool, configPath: String?) {
        self.answer = answer
        self.screen = StoryScreen(answer, config: configPath)
        self.seesValues = seesValues
    }

    /// More events are left out between the first and the newest ones: a page has to stay one.
    private static let mostEvents = 500
    private static let firstEvents = 50

    var content: Content {
        let story = self.answer.story
        let events = story.events
        let leftOut = events.count - Self.mostEvents
        let newest = events.suffix(Self.mostEvents - Self.firstEvents)
        let shown = leftOut > 0 ? events.prefix(Self.firstEvents) + newest : events[...]
        let isNamed = story.externalID.map { !$0.text.utf8.elementsEqual(self.answer.subject.utf8) } ?? false
        let (kind, word, actions) = self.state
        let notAsked: String? = if case .notAsked(let reason) = self.answer.worker { reason } else { nil }
        return [
            "subject": self.answer.subject, "waitsFor": self.sentence, "kind": kind, "word": word,
            "command": "\(self.screen.next)", "actions": actions, "hidesValues": !self.seesValues,
            "externalID": isNamed ? story.externalID?.text : nil, "foundBy": story.foundBy?.text,
            "notAsked": story.externalID == nil ? nil : notAsked, "events": shown.map { self.event($0) },
            "leftOut": leftOut > 0 ? NumberText.count(leftOut, "event") : nil,
        ]
    }

    private var sentence: String {
        let text = self.screen.waitsFor(isOutline: !self.seesValues)
        return text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
    }

    /// Its state as a badge, and where the console continues from here, the first one first.
    private var state: (kind: String, word: String, actions: [Content]) {
        let id = self.answer.story.externalID?.text
        func action(_ label: String, _ path: String, _ query: [(name: String, value: String)] = []) -> Content {
            ["label": label, "href": query.isEmpty ? path : "\(path)?\(Form(query).query)"]
        }
        let letters = id.map { [("external_id", $0), ("state", "all")] } ?? [("state", "all")]
        let check = action("Check the set-up", "/check")
        if self.answer.worker.hasCommand {
            return ("quiet", "under way", [action("See the slow commands and pauses", "/partitions")])
        }
        switch self.answer.story.state {
        case .unanswered:
            return ("warn", "no result yet", [action("See partitions and pauses", "/partitions"), check])
        case .letter(let position, _):
            let letter = action("Open the dead letter", "/letters/\(position.partition)/\(position.offset)")
            let others = id.map { _ in action("All dead letters of the customer", "/letters/list", letters) }
            return ("bad", "dead letter waits", [letter, others].compactMap(\.self))
        case .created, .done:
            let word = self.answer.story.state == .done ? "done" : "created"
            guard let id else { return ("good", word, [action("See the ledger", "/ledger")]) }
            return ("good", word, [action("See what the ledger remembers", "/ledger", [("external_id", id)])])
        case .failed: return ("bad", "failed", [action("Dead letters of the customer", "/letters/list", letters)])
        case .unknown: return ("quiet", "unknown", [action("See the configuration", "/configuration"), check])
        }
    }

    private func event(_ event: StoryEvent) -> Content {
        let details = self.seesValues ? event.details : event.facts
        let letter = event.position.map { "/letters/\($0.partition)/\($0.offset)" }
        return [
            "text": self.seesValues ? event.text : event.outline, "word": Self.word(of: event.kind),
            "details": details.map { ["name": $0.name, "value": $0.value] }, "hasDetails": !details.isEmpty,
            "kind": event.kind == .deadLetter ? "bad" : event.kind == .remembered ? "good" : nil,
            "at": event.at?.description, "time": event.at.map { "\($0.description.prefix(19))Z" },
            "position": event.position?.description, "href": event.kind == .deadLetter ? letter : nil,
        ]
    }

    private static func word(of kind: StoryEvent.Kind) -> String {
        switch kind {
        case .command: "command"
        case .result: "result"
        case .remembered: "ledger"
        case .deadLetter: "dead letter"
        }
    }
}
