import JSON

/// Where the known fields stand among the members of an object, found in one pass.
///
/// A command is asked for its fields again and again; a look-up by name compares with every member each time.
struct KnownMembers: Sendable {
    private static let absent: Int32 = -1
    private var places = InlineArray<20, Int32>(repeating: Self.absent)
    /// Whether every member is a known field, and none is repeated.
    let areAll: Bool

    /// Looks at every member once; of a repeated name the last one counts, as in the object's own subscript.
    init(of object: JSONObject) {
        var found = 0
        for index in object.members.indices {
            guard let field = KnownField(named: object.members[index].name) else { continue }
            if places[Int(field.rawValue)] == Self.absent { found += 1 }
            places[Int(field.rawValue)] = Int32(truncatingIfNeeded: index)
        }
        areAll = found == object.members.count
    }

    /// The member's index, nil when there is none.
    func place(of field: KnownField) -> Int? {
        let place = places[Int(field.rawValue)]
        return place == Self.absent ? nil : Int(place)
    }
}
