public import CustomerContract

/// What an answer to `POST /customers/search` for one external_id means.
public enum SearchMeaning: Sendable {
    /// The customer of exactly this external_id.
    case found(JSONObject)
    /// None is visible: there is none, or a replica does not show it yet.
    case absent
    /// No usable answer.
    case unusable

    /// Reads an answer to the search for `externalID`.
    public init(_ answer: HTTPAnswer, externalID: ExternalID) {
        guard answer.status == 200, let page = try? JSONParser.parseObject(answer.body),
            case .array(let items)? = page["items"]
        else {
            self = .unusable
            return
        }
        let match = items.lazy.compactMap(\.object).first { customer in
            customer["external_id"]?.text.map { ExternalID($0) } == externalID
        }
        self = match.map { .found($0) } ?? .absent
    }
}
