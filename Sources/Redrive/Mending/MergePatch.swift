import CustomerContract
package import JSON

/// A JSON merge patch (RFC 7386): members replace, `null` removes, objects are merged.
package struct MergePatch: Sendable, Hashable {
    private let patch: JSONObject

    /// Wraps a patch.
    package init(_ patch: JSONObject) {
        self.patch = patch
    }

    /// The object with the patch applied; members keep their places.
    package func applied(to object: JSONObject) -> JSONObject {
        var result = object
        for member in self.patch.members {
            switch member.value {
            case .null:
                result[member.name] = nil
            case .object(let nested):
                // A value that is no object counts as an empty one, so that the nulls of the patch never arrive in the
                // result.
                let current = result[member.name]?.objectValue ?? JSONObject()
                result[member.name] = .object(MergePatch(nested).applied(to: current))
            case .bool, .number, .string, .array:
                result[member.name] = member.value
            }
        }
        return result
    }
}
