import CustomerContract
package import JSON

/// What an error's body says, whichever of Flexprice's three shapes it has; empty for a body of any other kind.
///
/// It goes into logs, results and dead letters, so it is bounded, and whatever looks like an API key is masked in it.
///
/// A: `{"code","message","http_status_code","details"}`. B: `{"error"}`, `{"error","message"}` or `{"message"}`.
/// C, servers before April 2026: `{"success":false,"error":{"message","internal_error","details"}}`.
package struct ErrorBody: Sendable, Hashable {
    /// Flexprice's code, such as `already_exists`; only shape A has one.
    package let code: String?
    /// The sentence for people.
    package let message: String?
    /// What it says of single fields.
    package let details: JSONObject?
    /// Whether it has a shape that only Flexprice's handlers give an error: A or C; B is what many a proxy says too.
    package let isFlexprices: Bool

    /// Reads a body, best effort: the status decides, this only explains.
    package init(_ body: JSONObject?) {
        guard let object = body else {
            self.code = nil
            self.message = nil
            self.details = nil
            self.isFlexprices = false
            return
        }
        if case .object(let legacy)? = object["error"] {
            self.code = nil
            self.message = Self.told(legacy["message"]?.text)
            self.details = Self.told(legacy["details"]?.object)
            self.isFlexprices = object["success"] == .bool(false) && self.message != nil
            return
        }
        self.code = Self.told(object["code"]?.text)
        self.message = Self.told(object["message"]?.text ?? object["error"]?.text)
        self.details = Self.told(object["details"]?.object)
        self.isFlexprices = self.code != nil && object["message"]?.text != nil
    }

    /// The longest code and message, in bytes.
    static let maximumTextBytes = 1_024
    /// Details that are longer are left out; in bytes of JSON.
    static let maximumDetailBytes = 8_192

    private static func told(_ text: String?) -> String? {
        text.map { KeyMask.masked($0.cut(toBytes: Self.maximumTextBytes)) }
    }

    private static func told(_ details: JSONObject?) -> JSONObject? {
        guard let details else { return nil }
        guard JSONWriter.encode(details).count <= Self.maximumDetailBytes else {
            return JSONObject([.init(name: "(left out)", value: .string("the details of the answer are too long"))])
        }
        return KeyMask.masked(details)
    }
}

extension JSONValue {
    /// The string, or `nil` for any other kind.
    var text: String? { if case .string(let text) = self { text } else { nil } }
    /// The object, or `nil` for any other kind.
    var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
}
