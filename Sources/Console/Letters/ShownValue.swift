import CustomerContract
import JSON
import Operations
import Records
import Redrive
import Topics

/// The value of a record as text of which some parts are marked as wrong.
struct ShownValue: Sendable {
    struct Segment: Sendable, Hashable {
        var text: String
        let isWrong: Bool
    }

    private(set) var segments: [Segment] = []
    /// What is not shown, or not as it is; `nil` for nothing.
    private(set) var note: String?

    /// Larger values are cut, in bytes.
    private static let most = 256 << 10
    private let wrong: Set<String>

    /// - Parameter wrong: paths of fields, as the rules name them: `email`, `metadata.gstin`, `contact_persons[0].x`.
    init(_ letter: DeadLetter, wrong: [String]) {
        self.wrong = Set(wrong)
        guard let value = letter.record.value else {
            self.segments = [Segment(text: "(null)", isWrong: false)]
            return
        }
        if value.count > Self.most { self.note = "The first 256 KiB of \(NumberText.count(value.count)) bytes." }
        guard value.count <= Self.most, let object = try? JSONParser.parseObject(value) else {
            self.showBytes(value)
            return
        }
        if letter.isStructuredEvent, let data = object["data"]?.objectValue {
            self.add("{\n")
            for (index, member) in object.members.enumerated() {
                self.add("  \(JSONValue.string(member.name).compact): ")
                if member.value == .object(data) {
                    self.show(data, at: "", indent: "  ")
                } else {
                    self.add(PrettyJSON.text(member.value, indent: "  "))
                }
                self.add(index + 1 < object.members.count ? ",\n" : "\n")
            }
            self.add("}")
        } else {
            self.show(object, at: "", indent: "")
        }
    }

    private mutating func showBytes(_ value: [UInt8]) {
        let shown = Array(value.prefix(Self.most))
        guard let text = String(validating: shown, as: UTF8.self) else {
            self.note = self.note ?? "The value is no text; its first bytes, in hexadecimal digits."
            self.add(LetterView.shown(Array(shown.prefix(4_096))))
            return
        }
        self.note = self.note ?? "The value is not a JSON object."
        self.add(text)
    }

    private mutating func show(_ object: JSONObject, at path: String, indent: String) {
        guard !object.members.isEmpty else {
            self.add("{}")
            return
        }
        self.add("{\n")
        for (index, member) in object.members.enumerated() {
            let place = path.isEmpty ? member.name : "\(path).\(member.name)"
            let inner = indent + "  "
            self.add(inner)
            if !self.wrong.contains(place), let nested = member.value.objectValue, self.hasWrong(below: place) {
                self.add("\(JSONValue.string(member.name).compact): ")
                self.show(nested, at: place, indent: inner)
            } else {
                let isWrong = self.wrong.contains(place) || self.hasWrong(below: place)
                let text = PrettyJSON.text(member.value, indent: inner)
                self.add("\(JSONValue.string(member.name).compact): \(text)", isWrong: isWrong)
            }
            self.add(index + 1 < object.members.count ? ",\n" : "\n")
        }
        self.add("\(indent)}")
    }

    private func hasWrong(below place: String) -> Bool {
        self.wrong.contains { $0.hasPrefix("\(place).") || $0.hasPrefix("\(place)[") }
    }

    private mutating func add(_ text: String, isWrong: Bool = false) {
        if let last = self.segments.last, last.isWrong == isWrong {
            self.segments[self.segments.count - 1].text += text
        } else {
            self.segments.append(Segment(text: text, isWrong: isWrong))
        }
    }
}
