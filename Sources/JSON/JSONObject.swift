import Records

/// A JSON object: members in the order of the text, repeated names included.
///
/// Equality is byte for byte and minds the order. Lookup by name is linear; the objects of this contract are small.
public struct JSONObject: Sendable, Hashable {
    /// One name with its value.
    public struct Member: Sendable, Hashable {
        /// The name, escapes decoded.
        public let name: String
        /// The value.
        public var value: JSONValue

        /// Pairs a name with a value.
        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Compares byte for byte.
        public static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.value == right.value
        }

        /// Hashes the bytes that `==` compares.
        public func hash(into hasher: inout Hasher) {
            name.hashBytes(into: &hasher)
            hasher.combine(value)
        }
    }

    /// The members in their order.
    public var members: [Member]

    /// An object of these members, in this order.
    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The members in the order of the literal.
    package init(_ members: KeyValuePairs<String, JSONValue>) {
        self.init(members.map { Member(name: $0.key, value: $0.value) })
    }

    /// The members in the order of the literal, those without a value left out.
    package init(filled members: KeyValuePairs<String, JSONValue?>) {
        self.init(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }

    /// The value of the last member of that name, compared byte for byte; nil when there is none.
    ///
    /// The last one, because that is what Flexprice's server takes when a name is repeated. Setting replaces the value
    /// of the last member in its place, or adds a member at the end; setting nil removes every member of that name.
    public subscript(name: String) -> JSONValue? {
        get {
            for index in members.indices.reversed() where members[index].name.hasSameBytes(as: name) {
                return members[index].value
            }
            return nil
        }
        set {
            guard let newValue else {
                members.removeAll { $0.name.hasSameBytes(as: name) }
                return
            }
            if let index = members.lastIndex(where: { $0.name.hasSameBytes(as: name) }) {
                members[index].value = newValue
            } else {
                members.append(Member(name: name, value: newValue))
            }
        }
    }

    /// The value of a member that is a whole number spelt as one; nil for anything else.
    package func integer(_ name: String) -> Int? {
        guard case .number(let number) = self[name] else { return nil }
        return number.integerValue
    }

    /// The names that occur more than once, each listed once, in the order of their second occurrence.
    ///
    /// Costs time in proportion to the number of members, so that a command full of rubbish cannot make it slow.
    public var repeatedNames: [String] {
        // Small objects, which is nearly all of them, are compared pairwise and need no memory.
        if members.count <= 16 {
            let isRepeated = members.indices.contains { index in
                members[..<index].contains { $0.name.hasSameBytes(as: members[index].name) }
            }
            if !isRepeated { return [] }
        }
        var seen = Set<ExactText>()
        var repeated: [ExactText] = []
        var reported = Set<ExactText>()
        seen.reserveCapacity(members.count)
        for member in members {
            let name = ExactText(member.name)
            guard !seen.insert(name).inserted, reported.insert(name).inserted else { continue }
            repeated.append(name)
        }
        return repeated.map(\.text)
    }
}
