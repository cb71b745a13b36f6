public import JSON

/// How a created customer came to be.
public enum CreatedOutcome: String, Sendable, Hashable, CaseIterable {
    /// This command made it.
    case created
    /// An earlier command made it; the stored customer is sent again.
    case replayed
    /// Flexprice already had it, and it agrees with the command.
    case existing
    /// Flexprice already had it, it did not agree, and was changed to what the command has (`api.on_existing: update`).
    case updated
}

/// The final state of a command.
public enum CommandOutcome: Sendable, Hashable {
    /// The customer exists, and here it is.
    case created(CreatedOutcome, CustomerDocument)
    /// The command failed permanently.
    case failed(CommandFailure)
}

/// A customer as the backend gave it: one encoded JSON object, passed on byte for byte.
public struct CustomerDocument: Sendable, Hashable {
    /// The JSON text, as a part of memory that other customers may share; whoever makes a document vouches that it is
    /// exactly one object.
    package let bytes: ArraySlice<UInt8>

    /// The JSON text, copied unless the document was made with it.
    public var json: [UInt8] { Array(self.bytes) }

    /// Wraps text that is known to be one JSON object.
    public init(json: [UInt8]) {
        self.bytes = json[...]
    }

    /// Wraps text that is known to be one JSON object, in memory that it shares.
    package init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// Encodes an object.
    public init(_ object: JSONObject) {
        self.init(json: JSONWriter.encode(object))
    }
}
