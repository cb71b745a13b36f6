import JSON
import Records

/// A command in the structured mode of CloudEvents 1.0: the whole event, body included, is the record's value.
///
/// Of the event's attributes only `id` is used; the others are neither needed nor judged.
struct StructuredCloudEvent {
    /// Where the body is.
    enum Data {
        /// In `data`.
        case object(JSONObject)
        /// In `data_base64`, still encoded.
        case base64(String)
        /// Nowhere usable; the sentence says why.
        case unusable(String)
    }

    /// The event's id, if it is a string.
    let id: String?
    /// The event's body.
    let data: Data
    /// Whether anything in the event holds U+0000.
    let containsNUL: Bool

    init(_ event: JSONObject, containsNUL: Bool) {
        self.containsNUL = containsNUL
        id = event["id"]?.stringValue
        data = Self.data(of: event)
    }

    private static func data(of event: JSONObject) -> Data {
        let bodies = event.members.filter {
            $0.name.hasSameBytes(as: "data") || $0.name.hasSameBytes(as: "data_base64")
        }
        guard let body = bodies.first else {
            return .unusable("the CloudEvent has no data; put the customer's fields into data, as an object")
        }
        guard bodies.count == 1 else {
            return .unusable("the CloudEvent has data or data_base64 more than once; send one of them, once")
        }
        let isEncoded = body.name.hasSameBytes(as: "data_base64")
        return switch body.value {
        case .object(let object) where !isEncoded: .object(object)
        case .string(let text) where isEncoded: .base64(text)
        case .null, .bool, .number, .string, .array, .object:
            .unusable(
                isEncoded
                    ? "data_base64 of the CloudEvent must be a string; found \(body.value.kind)"
                    : "data of the CloudEvent must be an object with the customer's fields; found \(body.value.kind)"
            )
        }
    }
}
