import Operations
import Producing

/// What is said of a file before it is sent, beside the rows that are wrong: it refuses nothing.
struct SurveyRemarks {
    private let survey: InputSurvey

    init(_ survey: InputSurvey) {
        self.survey = survey
    }

    /// One for each field that is not known, and one for rows that could not be compared.
    var sentences: [String] {
        var sentences = self.survey.unknownFields.sorted.map { field in
            let place =
                field.count == 1
                ? "row \(field.firstRow)"
                : "\(NumberText.count(field.count, "row"))"
                    + " from row \(field.firstRow) on"
            let meant = field.nearest.map { "; did you mean \($0)?" } ?? ""
            return "field \(field.name.printable) in \(place) is not known and is sent as it is\(meant)"
        }
        let others = self.survey.unknownFields.otherCount
        if others > 0 {
            sentences.append("\(NumberText.count(others)) more fields with other names are not known either")
        }
        let uncompared = self.survey.uncomparedCount
        if uncompared > 0 {
            sentences.append(
                "\(NumberText.count(uncompared, "row")) not compared with the others, behind a million external_ids: "
                    + "one that conflicts with another ends as idempotency_conflict"
            )
        }
        return sentences
    }
}

extension WorkerNotice {
    /// The sentence, with what to do.
    func sentence(group: String) -> String {
        switch self {
        case .absent:
            "No worker is running: the consumer group \(group) has no member. The commands wait in their topic, and "
                + "this waits for results; start one: customer-worker run"
        case .joined: "A worker has joined the consumer group \(group)."
        case .silent:
            "No result yet, and the consumer group \(group) does not move: customer-worker why says what the worker "
                + "waits for"
        }
    }
}
