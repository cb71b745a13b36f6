import JSON

/// How much of a result its record holds, and where it goes: all of it by default, less of it when a topic refuses
/// that.
public struct ResultForm: Sendable, Hashable {
    /// How much of the value and the headers is written.
    public enum Extent: Sendable, Hashable, CaseIterable {
        /// Everything.
        case full
        /// The customer without most of its members, or the error without its details.
        case reduced
        /// Moreover no correlation and trace headers, and a short message: at most a few kilobytes.
        case minimal
    }

    /// How much is written.
    public var extent: Extent
    /// Why a reply topic that is allowed is not used, and the result goes to the results topic; `nil` to use it.
    public var replyRefusal: String?
    /// Whether a result without a key gets the command's id as key, for topics that refuse records without one.
    public var addsKey: Bool
    /// Why the command has no dead letter; `nil` when it has one or needs none.
    public var letterRefusal: String?

    /// The form of a result that nothing has refused.
    public static var full: Self { Self() }

    /// A form with its parts; the default is ``full``.
    public init(
        extent: Extent = .full,
        replyRefusal: String? = nil,
        addsKey: Bool = false,
        letterRefusal: String? = nil
    ) {
        self.extent = extent
        self.replyRefusal = replyRefusal
        self.addsKey = addsKey
        self.letterRefusal = letterRefusal
    }

    /// The words of the header `result-reduced`; nil when nothing is left out or added.
    ///
    /// - Parameter lacksKey: Whether the result has no key of its own.
    func reductions(lacksKey: Bool) -> String? {
        var words: [String] = []
        switch extent {
        case .full: break
        case .reduced: words.append("reduced")
        case .minimal: words.append("minimal")
        }
        if addsKey, lacksKey { words.append("key-added") }
        return words.isEmpty ? nil : words.joined(separator: ",")
    }
}

extension CustomerDocument {
    /// The customer with its `id`, `external_id`, `name` and `status` only, and `"truncated": true`.
    ///
    /// A name is cut at 1,024 bytes; one of the others that is longer, or that is no string, is left out.
    func truncated() -> JSONObject {
        let limit = 1_024
        var object = JSONObject()
        // A document is one object by its contract; of one that is not, only the mark remains.
        let whole = (try? JSONParser.parseObject(json, maximumDepth: 128)) ?? JSONObject()
        for name in ["id", "external_id", "name", "status"] {
            guard let text = whole[name]?.stringValue else { continue }
            if name == "name" {
                object[name] = .string(text.cut(toBytes: limit))
            } else if text.utf8.count <= limit {
                object[name] = .string(text)
            }
        }
        object["truncated"] = .bool(true)
        return object
    }
}
