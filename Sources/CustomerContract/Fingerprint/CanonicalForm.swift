import JSON
import Records

/// The form in which two commands that mean the same are the same bytes.
///
/// It is compact JSON in which
/// 1. members are sorted by the UTF-8 bytes of their names, at every depth;
/// 2. members whose value is null are left out, since Flexprice takes absent and null for the same; nulls in arrays
///    stay;
/// 3. strings are their content with the fewest escapes, never normalised;
/// 4. numbers are their exact decimal value, see `CanonicalNumber`.
///
/// Stored fingerprints outlive the process: a change here would turn every replay into a conflict.
enum CanonicalForm {
    /// The fingerprint of an object and the digests of its members, in one pass.
    static func digest(of object: JSONObject) -> (fingerprint: Fingerprint, fieldDigests: FieldDigests) {
        let members = sortedMembers(of: object)
        let fields = members.map { KnownField(named: $0.name) }
        var digests = FieldDigestsBuilder(unknownFieldCount: fields.count { $0 == nil })
        var bytes = [UInt8(ascii: "{")]
        for (member, field) in zip(members, fields) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            let start = bytes.count
            append(member, to: &bytes)
            bytes[start...].withUnsafeBufferPointer { canonical in
                if let field {
                    digests.add(field, canonicalMember: canonical)
                } else {
                    digests.add(unknown: member.name, canonicalMember: canonical)
                }
            }
        }
        bytes.append(UInt8(ascii: "}"))
        return (bytes.withUnsafeBytes { Fingerprint(canonical: $0) }, digests.build())
    }

    /// The canonical bytes of an object.
    static func encode(_ object: JSONObject) -> [UInt8] {
        var bytes: [UInt8] = []
        append(object, to: &bytes)
        return bytes
    }

    private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): CanonicalNumber.append(number.spelling, to: &bytes)
        case .string(let text): bytes.appendQuoted(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                append(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object): append(object, to: &bytes)
        }
    }

    private static func append(_ object: JSONObject, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in sortedMembers(of: object).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(member, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func append(_ member: JSONObject.Member, to bytes: inout [UInt8]) {
        bytes.appendQuoted(member.name)
        bytes.append(UInt8(ascii: ":"))
        append(member.value, to: &bytes)
    }

    /// The members that are not null, sorted; the sort is stable, so repeated names keep their order.
    private static func sortedMembers(of object: JSONObject) -> [JSONObject.Member] {
        // Many producers write their members sorted and without nulls: nothing is copied then.
        let isSorted = object.members.indices.dropFirst().allSatisfy {
            object.members[$0 - 1].name.bytesPrecede(object.members[$0].name)
        }
        if isSorted, !object.members.contains(where: \.value.isNull) { return object.members }
        var members = object.members.filter { !$0.value.isNull }
        members.sort { $0.name.bytesPrecede($1.name) }
        return members
    }
}
