/// A create command that obeys every rule and may be carried out.
///
/// Made by `CommandReader` alone, so that holding one is proof of the rules.
public struct CreateCustomerCommand: Sendable {
    /// The record it came in, its id, its correlation.
    public let context: CommandContext
    /// The customer's id, 1 to 255 code points without U+0000.
    public let externalID: ExternalID
    /// What is sent to Flexprice: the producer's members in the producer's order and spelling.
    ///
    /// A missing or null `name` is replaced by one at the end that equals the external_id; nothing else is changed. Nulls
    /// of other fields are still here and mean the same as absence.
    public let fields: JSONObject
    /// The fingerprint of `fields`.
    public let fingerprint: Fingerprint
    /// Digests of the single fields, to say later which ones differ.
    public let fieldDigests: FieldDigests
    /// The names of top-level fields that this contract does not know, in their order; they are passed on untouched.
    public let unknownFields: [String]

    /// The event type that a producer may name in the header `ce_type`.
    public static let eventType = "flexprice.customer.create.v1"

    init(context: CommandContext, externalID: ExternalID, fields: JSONObject, unknownFields: [String]) {
        self.context = context
        self.externalID = externalID
        self.fields = fields
        self.unknownFields = unknownFields
        (fingerprint, fieldDigests) = CanonicalForm.digest(of: fields)
    }

    /// The JSON body of the request.
    public func encodedBody() -> [UInt8] {
        JSONWriter.encode(fields)
    }
}
