import CustomerContract
package import JSON
import Records

/// The changes of a command before it is sent back: merge patches, applied in order.
package struct CommandEdits: Sendable, Hashable {
    /// Why an assignment or a patch is not one.
    package struct Problem: Error, Sendable, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    /// An edit sets a field that commands do not have.
    package struct UnknownField: Error, Sendable, Hashable, CustomStringConvertible {
        let name: String
        /// The field that it most likely means; `nil` when none is near.
        let nearest: String?

        package var description: String {
            let fields = KnownField.allCases.map(\.fieldName).sorted().joined(separator: ", ")
            let way = self.nearest.map { "did you mean \($0)?" } ?? "expected one of \(fields)"
            return "\(self.name) is no field of a command; \(way) (--allow-unknown-fields sets it all the same)"
        }
    }

    private var patches: [MergePatch] = []

    package init() {}

    package var isEmpty: Bool { self.patches.isEmpty }

    /// Checks that every top-level field that is given a value is one that commands have.
    ///
    /// Flexprice would get an unknown field as it is, and ignore it: a misspelt edit would send every letter back
    /// unchanged. Entries of the metadata are free, and what is only removed may be a field that was misspelt before.
    package func checkFields() throws(UnknownField) {
        for name in self.patches.flatMap(\.membersSet) where KnownField(named: name) == nil {
            let nearest = NearestName.find(name, among: KnownField.allCases.map(\.fieldName))
            throw UnknownField(name: name, nearest: nearest)
        }
    }

    /// Adds a whole patch.
    package mutating func patch(_ json: [UInt8]) throws(Problem) {
        do {
            self.patches.append(MergePatch(try JSONParser.parseObject(json)))
        } catch {
            throw Problem("the patch is not a JSON object: at byte \(error.byteOffset), \(error.explanation)")
        }
    }

    /// Adds `FIELD=TEXT` or `FIELD:=JSON`; `metadata.KEY` names one entry of the metadata.
    ///
    /// A plain `=` always gives a text, since a postal code of digits is no number.
    package mutating func set(_ assignment: String) throws(Problem) {
        guard let equals = assignment.firstIndex(of: "="), equals > assignment.startIndex else {
            throw Problem("\(assignment): expected FIELD=TEXT or FIELD:=JSON")
        }
        let text = String(assignment[assignment.index(after: equals)...])
        var name = String(assignment[..<equals])
        var value = JSONValue.string(text)
        if name.hasSuffix(":") {
            name.removeLast()
            guard !name.isEmpty, let parsed = try? JSONParser.parse(Array(text.utf8)) else {
                throw Problem("\(assignment): what stands behind := is not JSON")
            }
            value = parsed
        }
        // In a merge patch null means removal; a field with null means the same as an absent one.
        self.patches.append(Self.patch(name, value))
    }

    /// Removes a field, or with `metadata.KEY` one entry of the metadata.
    package mutating func unset(_ name: String) {
        self.patches.append(Self.patch(name, .null))
    }

    private static func patch(_ name: String, _ value: JSONValue) -> MergePatch {
        let prefix = "metadata."
        guard name.hasPrefix(prefix), name.count > prefix.count else { return MergePatch(JSONObject([name: value])) }
        return MergePatch(JSONObject(["metadata": .members([String(name.dropFirst(prefix.count)): value])]))
    }

    /// The command with all changes; `nil` when the value is not a JSON object.
    ///
    /// In a CloudEvent in structured mode the command is its `data`.
    package func applied(to value: [UInt8]?, isStructuredEvent: Bool) -> JSONObject? {
        guard let value, var object = try? JSONParser.parseObject(value) else { return nil }
        guard isStructuredEvent else { return self.applied(to: object) }
        guard let data = object["data"]?.objectValue else { return nil }
        object["data"] = .object(self.applied(to: data))
        return object
    }

    private func applied(to object: JSONObject) -> JSONObject {
        self.patches.reduce(object) { $1.applied(to: $0) }
    }
}

/// A JSON merge patch (RFC 7386): members replace, `null` removes, objects are merged.
package struct MergePatch: Sendable, Hashable {
    private let patch: JSONObject

    package init(_ patch: JSONObject) {
        self.patch = patch
    }

    /// The members that it gives a value.
    var membersSet: [String] { self.patch.members.filter { !$0.value.isNull }.map(\.name) }

    /// The object with the patch applied; members keep their places, and of a repeated name the last one is left.
    package func applied(to object: JSONObject) -> JSONObject {
        var result = object
        for member in self.patch.members {
            if let last = result.members.lastIndex(where: { $0.name.hasSameBytes(as: member.name) }) {
                result.members = result.members.enumerated().filter { index, other in
                    index == last || !other.name.hasSameBytes(as: member.name)
                }.map(\.element)
            }
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

extension MergePatch {
    /// The patch that makes one object of another; `nil` when nothing changes.
    ///
    /// What only a member with `null` would tell cannot be said by a patch: it counts as an absent one. A name that is
    /// no longer repeated is set, so that one is left. Numbers are compared and kept as they are spelt.
    package static func between(_ old: JSONObject, _ new: JSONObject) -> JSONObject? {
        var patch = JSONObject()
        let repeated = Set(old.repeatedNames.map { ExactText($0) })
            .subtracting(new.repeatedNames.map { ExactText($0) })
        for member in old.members where new[member.name]?.isNull ?? true {
            if !member.value.isNull || new[member.name] == nil { patch[member.name] = .null }
        }
        // Of a name that is still repeated the last one counts.
        for member in new.members where !member.value.isNull && new[member.name] == member.value {
            let before = old[member.name]
            switch (before, member.value) {
            case (.object(let before), .object(let after)):
                let isRepeated = repeated.contains(ExactText(member.name))
                if let inner = Self.between(before, after) ?? (isRepeated ? JSONObject() : nil) {
                    patch[member.name] = .object(inner)
                }
            default:
                guard before != member.value || repeated.contains(ExactText(member.name)) else { continue }
                patch[member.name] = member.value
            }
        }
        return patch.members.isEmpty ? nil : patch
    }
}
