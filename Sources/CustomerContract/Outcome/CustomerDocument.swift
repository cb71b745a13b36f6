public import JSON

/// A customer as the backend gave it: one encoded JSON object, passed on byte for byte.
public struct CustomerDocument: Sendable, Hashable {
    /// The JSON text; whoever makes a document vouches that it is exactly one object.
    public let json: [UInt8]

    /// Wraps text that is known to be one JSON object.
    public init(json: [UInt8]) {
        self.json = json
    }

    /// Encodes an object.
    public init(_ object: JSONObject) {
        json = JSONWriter.encode(object)
    }
}
