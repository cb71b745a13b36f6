public import JSON

/// A create command that obeys every rule and may be carried out.
///
/// Made by `CommandReader` alone, so that holding one is proof of the rules.
public struct CreateCustomerCommand: Sendable {
    /// One reference to everything: a command goes through many hands, and each would count fifteen.
    @usableFromInline let parts: Parts

    /// The record it came in, its id, its correlation.
    @inlinable public var context: CommandContext { self.parts.context }
    /// The customer's id, 1 to 255 code points without U+0000.
    @inlinable public var externalID: ExternalID { self.parts.externalID }
    /// What is sent to Flexprice: the producer's members in the producer's order and spelling.
    ///
    /// A missing or null `name` is replaced by one at the end that equals the external_id; nothing else is changed.
    /// Nulls of other fields are still here and mean the same as absence.
    @inlinable public var fields: JSONObject { self.parts.fields }
    /// The fingerprint of `fields`.
    @inlinable public var fingerprint: Fingerprint { self.parts.fingerprint }
    /// Digests of the single fields, to say later which ones differ.
    @inlinable public var fieldDigests: FieldDigests { self.parts.fieldDigests }
    /// The names of top-level fields that this contract does not know, in their order; they are passed on untouched.
    @inlinable public var unknownFields: [String] { self.parts.unknownFields }

    /// The value of a known field, nil when it is not there or null.
    package subscript(field: KnownField) -> JSONValue? {
        guard let place = self.parts.known.place(of: field) else { return nil }
        let value = self.parts.fields.members[place].value
        return value.isNull ? nil : value
    }

    /// The event type that a producer may name in the header `ce_type`.
    public static let eventType = "flexprice.customer.create.v1"

    /// - Parameter known: Where the known fields are among `fields`.
    init(
        context: CommandContext,
        externalID: ExternalID,
        fields: JSONObject,
        known: KnownMembers,
        unknownFields: [String]
    ) {
        self.parts = Parts(context, externalID, fields, known, unknownFields)
    }

    /// The JSON body of the request.
    public func encodedBody() -> [UInt8] {
        JSONWriter.encode(fields)
    }

    @usableFromInline final class Parts: Sendable {
        @usableFromInline let context: CommandContext
        @usableFromInline let externalID: ExternalID
        @usableFromInline let fields: JSONObject
        @usableFromInline let fingerprint: Fingerprint
        @usableFromInline let fieldDigests: FieldDigests
        @usableFromInline let unknownFields: [String]
        let known: KnownMembers

        init(
            _ context: CommandContext,
            _ externalID: ExternalID,
            _ fields: JSONObject,
            _ known: KnownMembers,
            _ unknownFields: [String]
        ) {
            self.context = context
            self.externalID = externalID
            self.fields = fields
            self.unknownFields = unknownFields
            self.known = known
            (self.fingerprint, self.fieldDigests) = CanonicalForm.digest(of: fields, known)
        }
    }
}
