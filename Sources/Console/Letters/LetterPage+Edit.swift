import CustomerContract
import JSON
import Operations
import Redrive
import Topics

extension LetterPage {
    /// The form that edits a command, with what was written last and what is wrong with it.
    static func edit(_ command: CommandForm, _ letter: DeadLetter, _ form: Form, _ check: Check?) -> Content {
        let isFirst = check == nil
        func problem(_ field: String) -> String? {
            let sentences = (check?.problems ?? []).filter { $0.field == field }.map(\.message)
            return sentences.isEmpty ? nil : sentences.joined(separator: "; ")
        }
        func written(_ control: String, _ original: String) -> String {
            isFirst ? original : form.all(control).first ?? original
        }
        let fields = command.fields.filter { $0.kind != .entries }.map { field -> Content in
            let value = written(field.control, field.shown)
            return [
                "name": field.name, "control": field.control, "value": value, "isText": field.kind == .text,
                "isJSON": field.kind == .json, "rows": self.rows(value), "removable": field.original != nil,
                "removed": form["remove.\(field.name)"] != nil, "problem": problem(field.name),
                "hint": self.hint(field),
            ]
        }
        let entries: Content = [
            "rows": self.entries(command, form, isFirst), "problem": problem(KnownField.metadata.fieldName),
        ]
        let hasEntries = command.fields.contains { $0.kind == .entries }
        return [
            "fields": fields, "other": written("field.\(CommandForm.other)", command.others),
            "otherRows": self.rows(command.others), "allowUnknown": form["allow_unknown"] != nil,
            "force": form["force"] != nil, "needsLaps": letter.redriveCount >= ReturnRoute.usualLaps,
            "maximumLaps": form["max_laps"] ?? "\(letter.redriveCount + 1)",
            "lapsText": NumberText.count(letter.redriveCount, "time"), "entries": hasEntries ? entries : nil,
            "otherProblem": problem(CommandForm.other), "checkSummary": check?.summary,
        ]
    }

    /// The rows of the metadata, and three empty ones.
    private static func entries(_ command: CommandForm, _ form: Form, _ isFirst: Bool) -> [Content] {
        let field = KnownField.metadata.fieldName
        let known: [(key: String, value: String)] =
            isFirst
            ? command.entries.map { ($0.key, $0.shown) }
            : (0..<CommandForm.mostRows).compactMap { row in
                guard let key = form.all("\(field).\(row).key").first else { return nil }
                return (key, form.all("\(field).\(row).value").first ?? "")
            }
        let filled = known.filter { !$0.key.isEmpty || !$0.value.isEmpty }
        let rows = filled + [(key: String, value: String)](repeating: ("", ""), count: 3)
        return rows.prefix(CommandForm.mostRows).enumerated().map { row, entry in
            ["row": row, "number": row + 1, "key": entry.key, "value": entry.value]
        }
    }

    private static func hint(_ field: CommandForm.Field) -> String? {
        switch (field.kind, field.original) {
        case (.text, .number): "It is a number, and becomes a text."
        case (.json, .string): "It has characters that cannot be shown, so it is JSON: \\u escapes stand for them."
        case (.json, _): "JSON; empty to leave it out."
        default: nil
        }
    }

    private static func rows(_ text: String) -> Int { min(12, max(2, text.split(separator: "\n").count)) }
}
