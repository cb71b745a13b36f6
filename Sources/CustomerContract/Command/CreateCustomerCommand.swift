public import JSON
import Records

/// A create command that obeys every rule and may be carried out.
///
/// Made by `CommandReader` alone, so that holding one is proof of the rules.
public struct CreateCustomerCommand: Sendable {
    /// One reference to everything: a command goes through many hands, and each would count fifteen.
    @usableFromInline let parts: Parts

    /// The record it came in, its id, its correlation.
    @inlinable public var context: CommandContext { CommandContext(self.parts) }
    /// The customer's id, 1 to 255 code points without U+0000.
    @inlinable public var externalID: ExternalID { self.parts.usableID }
    /// What is sent to Flexprice: the producer's members in the producer's order and spelling.
    ///
    /// A missing or null `name` is replaced by one at the end that equals the external_id; nothing else is changed.
    /// Nulls of other fields are still here and mean the same as absence. Of most commands it is read from their
    /// record's value each time: to be kept by who needs it twice.
    public var fields: JSONObject { self.parts.fields.object }
    /// The fingerprint of `fields`.
    @inlinable public var fingerprint: Fingerprint { self.parts.fingerprint }
    /// Digests of the single fields, to say later which ones differ.
    public var fieldDigests: FieldDigests { self.parts.fieldDigests ?? FieldDigests(from: self.parts) }
    /// The names of top-level fields that this contract does not know, in their order; they are passed on untouched.
    @inlinable public var unknownFields: [String] { self.parts.unknownFields }

    /// The event type that a producer may name in the header `ce_type`.
    public static let eventType = "flexprice.customer.create.v1"

    init(_ parts: Parts) { self.parts = parts }

    /// The JSON body of the request.
    public func encodedBody() -> [UInt8] { self.parts.fields.encoded }

    /// The value of a known field, nil when it is not there or null.
    package subscript(field: KnownField) -> JSONValue? {
        let value =
            switch self.parts.fields {
            case .plain(let body): body.object[field.fieldName]
            case .tree(let object): object[field.fieldName]
            }
        return value.flatMap { $0.isNull ? nil : $0 }
    }

    /// The body, if it is an ordinary one: its fields are at hand as JSON text.
    package var plainBody: PlainBody? {
        if case .plain(let body) = self.parts.fields { body } else { nil }
    }

    /// Everything of a command: its context with what the body adds.
    // @unchecked as its superclass is, and for the same reason: constants alone.
    @usableFromInline final class Parts: CommandContext.Parts, DigestSource, @unchecked Sendable {
        /// `externalID`, which every command has that may be carried out.
        @usableFromInline let usableID: ExternalID
        @usableFromInline let fingerprint: Fingerprint
        /// Of a command that is not ordinary; those of one that is are in ``knownDigests``.
        let fieldDigests: FieldDigests?
        let knownDigests: KnownDigests
        @usableFromInline let unknownFields: [String]
        let fields: CommandFields

        /// - Parameter lane: the id that the context names; that of the command unless told.
        init(
            _ message: KafkaRecord,
            _ id: CommandID,
            _ externalID: ExternalID,
            _ fields: CommandFields,
            correlation: ReplyCorrelation = ReplyCorrelation(),
            trace: TraceContext? = nil,
            warnings: [String] = [],
            unknownFields: [String] = [],
            lane: ExternalID? = nil
        ) {
            self.usableID = externalID
            self.fields = fields
            self.unknownFields = unknownFields
            switch fields {
            case .plain(let body):
                (self.fingerprint, self.knownDigests) = body.digest()
                self.fieldDigests = nil
            case .tree(let object):
                (self.fingerprint, self.fieldDigests) = CanonicalForm.digest(of: object)
                self.knownDigests = KnownDigests()
            }
            super.init(message, id, lane ?? externalID, correlation, trace, nil, warnings)
        }
    }
}

/// The fields of a command that may be carried out.
enum CommandFields: Sendable {
    /// Places in the record's value.
    case plain(PlainBody)
    /// A tree of values.
    case tree(JSONObject)

    var object: JSONObject {
        switch self {
        case .plain(let body): body.object
        case .tree(let object): object
        }
    }

    var encoded: [UInt8] {
        switch self {
        case .plain(let body): body.encoded
        case .tree(let object): JSONWriter.encode(object)
        }
    }
}
