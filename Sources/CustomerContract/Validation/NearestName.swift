/// Finds the known name that a misspelt one most likely means.
package enum NearestName {
    /// The nearest of some names, or nil if none is near.
    ///
    /// Near is at most a third of the letters changed, and at most `limit`; the same words in another order
    /// (`kafka.dlq_topic`) count as one change. Equal distances are settled by the alphabet, so the answer is stable.
    package static func find(_ name: String, among known: some Sequence<String>, limit: Int = 6) -> String? {
        let bound = min(limit, max(1, name.count / 3))
        return known.map { (distance: distance(name, $0), name: $0) }
            .filter { $0.distance <= bound }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
            .name
    }

    /// The number of letters inserted, deleted, replaced or swapped with their neighbour that turn one into the other.
    ///
    /// This is the «optimal string alignment» distance: three rows of the usual table are enough for it.
    static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first.lowercased()), Array(second.lowercased()))
        if a != b, words(a) == words(b) { return 1 }
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            for j in 0..<b.count {
                var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                current.append(best)
            }
            (before, previous) = (previous, current)
        }
        return previous[b.count]
    }

    private static func words(_ name: [Character]) -> [String] {
        name.split { $0 == "." || $0 == "_" || $0 == "-" }.map { String($0) }.sorted()
    }
}

/// How Go's `encoding/json` matches member names: without regard to case.
///
/// `External_ID` sets `external_id` at Flexprice, whatever else the body says. So a member whose name only folds to a
/// known one must not be passed on as an unknown field.
enum FoldedName {
    /// The name in lower case, with the two letters beyond ASCII that fold to ASCII ones: the long s and the Kelvin
    /// sign.
    ///
    /// Nil when the name is too long to fold to a known one, or already in that form and so a variant of none.
    static func fold(_ name: String) -> String? {
        // The longest known name has 26 letters; in the widest spelling each takes three bytes.
        guard name.utf8.count <= 26 * 3 else { return nil }
        let isPlain = name.utf8.allSatisfy { $0 < 0x80 && $0 &- UInt8(ascii: "A") >= 26 }
        guard !isPlain else { return nil }
        var folded = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) + 0x20))
            case "\u{17f}": folded.append("s")
            case "\u{212a}": folded.append("k")
            default: folded.unicodeScalars.append(scalar)
            }
        }
        return folded
    }
}
