package import JSON
import WorkerLogging

/// One sentence from what `/status` says: why nothing moves, or why the commands of one external_id do not.
///
/// It reads the answer as any program would; what is missing, as from an older worker, is left out of the sentence.
package struct WhyAnswer: Sendable {
    private let status: JSONObject
    private let externalID: String?

    /// - Parameters:
    ///   - status: the answer of ``AdminClient/status(of:)``, asked about the same external_id.
    ///   - externalID: whose commands the sentence is about; `nil` for all.
    package init(_ status: JSONObject, externalID: String? = nil) {
        self.status = status
        self.externalID = externalID
    }

    /// Whether the worker says that it is ready.
    package var isReady: Bool { self.status.isTrue("ready") }

    /// Those of the external_id that are in flight.
    var commands: [JSONObject] { self.externalID == nil ? [] : self.status.objects("commands_in_flight") }

    /// The sentence for a terminal.
    package var text: String { LogEscaping.escaped(self.sentence) }

    /// The sentence with what it is made of.
    package var json: JSONObject {
        var json = JSONObject([
            "why": .string(self.sentence), "ready": .bool(self.isReady),
            "reasons": self.status["reasons"] ?? .array([]),
        ])
        if let externalID {
            json["external_id"] = .string(externalID)
            json["commands_in_flight"] = self.status["commands_in_flight"] ?? .array([])
        }
        return json
    }

    /// The sentence, as it is.
    package var sentence: String {
        if let externalID { return self.sentence(of: externalID) }
        let pauses = self.status.pauses(beside: "all")
        return self.sentenceOfFlow
            + (pauses.map { " Paused by operators: \($0); «customer-worker resume» ends it." } ?? "")
    }

    // MARK: All commands

    private var sentenceOfFlow: String {
        if let trouble = self.trouble { return "Commands wait: \(trouble)." }
        let inFlight = self.status.integer("in_flight") ?? 0
        let lag = self.status.integer("lag")
        if self.status["partitions"] == .array([]) {
            return "This instance has no partition: the group is still dividing them, or its other members have them "
                + "all, since a topic feeds no more instances than it has partitions."
        }
        if self.status.object("intake")?.string("blocked_by") == "full" {
            return "Commands move as fast as their results come: limits.max_in_flight is reached, "
                + "and most commands \(self.busiestStage)."
        }
        let slow = self.status.objects("partitions").filter { $0.isTrue("over_share") }
        if let number = slow.first?.spelling("partition") {
            return "Commands move but for those behind the unfinished ones of \(slow.count) partitions, among them "
                + "\(number): they fill their share of limits.max_in_flight, and most commands "
                + "\(self.busiestStage)."
        }
        if inFlight > 0, inFlight == self.status.object("stages")?.integer("paused") {
            return "No command moves: the \(inFlight) in flight wait for the end of an operator's pause."
        }
        if inFlight > 0 {
            let rate = self.status.spelling("rate_per_second").map { "\($0) results a second, " } ?? ""
            return "Commands move: \(rate)\(inFlight) in flight, of which most \(self.busiestStage)"
                + "\(lag.map { ", and the lag is \($0)" } ?? "")."
        }
        if let lag, lag > 0 {
            return "\(lag) records wait in the topic, and nothing keeps them there: they are being read."
        }
        let rest = lag == nil ? "" : ", and no other is there"
        return "Nothing waits: every command that was read has its result\(rest)."
    }

    private var trouble: String? {
        let details = self.status.objects("reasons").compactMap { $0.string("detail") }
        return details.isEmpty ? nil : details.joined(separator: "; and ")
    }

    private var busiestStage: String {
        let stages = self.status.object("stages") ?? JSONObject()
        let counts = stages.members.compactMap { member in stages.integer(member.name).map { (member.name, $0) } }
        return switch counts.max(by: { $0.1 < $1.1 })?.0 {
        case "waiting_in_lane": "wait for an earlier command of the same external_id"
        case "paused": "wait for the end of an operator's pause"
        case "at_store": "are at the store"
        case "waiting_for_request": "wait for a place among the requests to the API"
        case "requesting": "wait for the API's answer"
        case "backing_off": "wait for their next attempt"
        case "finished": "wait for their result to be committed"
        default: "are under way"
        }
    }

    // MARK: One external_id

    private func sentence(of externalID: String) -> String {
        guard let first = self.commands.first else { return self.sentence(ofAbsent: externalID) }
        let name = first.string("command_id") ?? "-"
        let position = first.string("position") ?? "-"
        let count = self.commands.count
        let number = count == 1 ? "The command" : "The first of \(count) commands"
        let wait = first.string("waits_for") ?? "something that this worker does not tell"
        let next = first.string("next_attempt").map { ", at \($0)" } ?? ""
        // A wait for the API says already that it fails.
        let isSaid = wait.contains("failing for all commands")
        let trouble = self.trouble.map { isSaid ? ": \($0)" : "; meanwhile \($0)" } ?? ""
        let place = name == position ? name : "\(name) at \(position)"
        return "\(number) of \(externalID) (\(place)) waits for \(wait)\(next)\(trouble)."
    }

    private func sentence(ofAbsent externalID: String) -> String {
        let failure = self.status.objects("recent_failures").first { $0.string("external_id") == externalID }
        if let code = failure?.string("code"), let time = failure?.string("at") {
            return "No command of \(externalID) is in flight here: the last one failed at \(time) as \(code)."
        }
        let story = "`customer-worker explain` tells the story of one that has ended"
        if let trouble = self.trouble {
            return "No command of \(externalID) is in flight here; one that is in the topic waits: \(trouble)."
        }
        if let lag = self.status.integer("lag"), lag > 0 {
            return
                "No command of \(externalID) is in flight here; it may be among the \(lag) records that are not read "
                + "yet, or another instance's; \(story)."
        }
        return "No command of \(externalID) is in flight here and none waits to be read: it has ended, is another "
            + "instance's, or was not sent; \(story)."
    }
}

extension JSONObject {
    /// What operators have paused, as `/status` tells it: the first three, and the number of the others; `nil` for
    /// nothing.
    func pauses(beside scope: String? = nil) -> String? {
        let pauses = self.objects("pauses").filter { $0.string("scope") != scope }
        let texts = pauses.prefix(3).map { pause in
            let reason = pause.string("reason") ?? ""
            let scope = [pause.string("scope"), pause.string("value")].compactMap(\.self)
            return scope.joined(separator: " ") + (reason.isEmpty ? "" : " (\(reason))")
        }
        guard !texts.isEmpty else { return nil }
        return texts.joined(separator: ", ") + (pauses.count > 3 ? " and \(pauses.count - 3) more" : "")
    }
}
