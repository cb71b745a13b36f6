import CustomerContract
import JSON
import Records
import Redrive
import Topics

/// What the pages remember of a dead letter: some hundred bytes, whatever the letter has.
struct LetterSummary: Sendable {
    /// The dead letter that a command was sent back from.
    struct Origin: Sendable, Hashable {
        let partition: Int32
        let offset: Int64
    }

    /// The code, or the class of an exception; `nil` for none.
    let kind: String?
    /// The place of its reason's form among ``ReasonForms``.
    let form: ReasonForms.Place
    /// Why it failed; cut.
    let reason: String?
    /// The fields that are wrong, as far as the rules or the reason tell.
    let fields: [String]
    /// The topic of its command.
    let source: String?
    /// The `external_id` of its body; cut.
    let externalID: String?
    /// Its key as a text, where the body names no customer; cut.
    let key: String?
    /// How often it had been sent back when it failed.
    let redriveCount: Int
    let failedAt: UnixMilliseconds?
    /// The record's timestamp, by which retention deletes.
    let timestamp: UnixMilliseconds?
    /// Why a redrive would leave it; `nil` when it would send it.
    let stays: LeftReason?
    /// The dead letter that it was sent back from before it failed again.
    let origin: Origin?

    /// The longest text that is kept, in bytes.
    static let mostBytes = 256
}

/// Makes summaries: what many letters share is kept once.
struct LetterSummaries: Sendable {
    private(set) var forms = ReasonForms()
    private var shared: Set<ExactText> = []
    /// Texts beyond these are kept by each letter.
    private static let mostShared = 10_000

    mutating func summary(of letter: DeadLetter, _ verdict: ReturnRoute.Verdict) -> LetterSummary {
        let ids = letter.bodyAndKey
        var stays: LeftReason?
        if case .failure(let reason) = verdict.outcome { stays = reason }
        return LetterSummary(
            kind: letter.kind.map { self.share($0) },
            form: self.forms.take(letter.reason),
            reason: letter.reason.map { self.share($0) },
            fields: Self.fields(of: letter, verdict).map { self.share($0) },
            source: letter.source.map { self.share($0.topic) },
            externalID: ids.body.map { $0.cut(toBytes: LetterSummary.mostBytes) },
            key: ids.body == nil ? ids.key.map { $0.cut(toBytes: LetterSummary.mostBytes) } : nil,
            redriveCount: letter.redriveCount,
            failedAt: letter.failedAt,
            timestamp: letter.record.timestamp,
            stays: stays,
            origin: letter.origin
        )
    }

    private mutating func share(_ text: String) -> String {
        let cut = ExactText(text.cut(toBytes: LetterSummary.mostBytes))
        if let index = self.shared.firstIndex(of: cut) { return self.shared[index].text }
        if self.shared.count < Self.mostShared { self.shared.insert(cut) }
        return cut.text
    }

    /// Of a command that breaks a rule the fields that the rules name, otherwise those that the reason names: at most
    /// eight.
    static func fields(of letter: DeadLetter, _ verdict: ReturnRoute.Verdict) -> [String] {
        if let failure = verdict.failure, failure.code == .invalidCommand {
            return Array((failure.details?.members ?? []).map(\.name).filter { $0 != "(more)" }.prefix(8))
        }
        guard let reason = letter.reason else { return [] }
        var fields: [String] = []
        let words = reason.cut(toBytes: 1_024).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        for word in words where word.contains("_") || word == "email" {
            guard let field = KnownField(named: String(word)), field != .externalID else { continue }
            if !fields.contains(field.fieldName) { fields.append(field.fieldName) }
        }
        return Array(fields.prefix(8))
    }
}

extension DeadLetter {
    /// The `external_id` of the body, and the key as a text.
    var bodyAndKey: (body: String?, key: String?) {
        let key = self.commandKey.flatMap { String(validating: $0, as: UTF8.self) }
        let ids = self.externalIDs
        // The body's comes first, and each only if it is there.
        let body = ids.count > (key == nil ? 0 : 1) ? ids.first?.text : nil
        return (body, key)
    }

    /// The letter of this topic that its command was sent back from.
    var origin: LetterSummary.Origin? {
        guard let text = self.record.headers.filledText(DeadLetter.redrivenFrom),
            let position = RecordPosition(parsing: text), position.topic.hasSameBytes(as: self.position.topic)
        else { return nil }
        return LetterSummary.Origin(partition: position.partition, offset: position.offset)
    }
}

/// The forms of the reasons of many letters, each kept once.
struct ReasonForms: Sendable {
    enum Place: Sendable, Hashable {
        case none
        case at(Int32)
        /// There was no room for it.
        case beyond
    }

    private var forms: [ReasonForm] = []
    private var keys: [String] = []
    private var places: [ExactText: Int32] = [:]
    /// Other programs choose the words of reasons.
    private static let most = 5_000

    mutating func take(_ reason: String?) -> Place {
        guard let reason else { return .none }
        let form = ReasonForm(reason)
        let key = form.key
        if let place = self.places[ExactText(key)] {
            self.forms[Int(place)].merge(form)
            return .at(place)
        }
        guard self.forms.count < Self.most else { return .beyond }
        let place = Int32(self.forms.count)
        self.places[ExactText(key)] = place
        self.forms.append(form)
        self.keys.append(key)
        return .at(place)
    }

    /// The place of a key; an empty one is that of no reason, and `nil` of one that no letter has.
    func place(of key: String) -> Place? {
        key.isEmpty ? Place.none : self.places[ExactText(key)].map { .at($0) }
    }

    /// The words without values; `nil` for a form that was not kept.
    func key(at place: Place) -> String? {
        switch place {
        case .none: ""
        case .at(let index): self.keys[Int(index)]
        case .beyond: nil
        }
    }

    /// The words, and the values that all reasons of the form share; `nil` where ``key(at:)`` is empty or `nil`.
    func text(at place: Place) -> String? {
        guard case .at(let index) = place else { return nil }
        return self.forms[Int(index)].text
    }
}
