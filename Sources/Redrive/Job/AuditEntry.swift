import CustomerContract
package import JSON
package import Records

/// One line of the audit log: who did what to the dead letters or to the ledger, when, and the outcome.
package struct AuditEntry: Sendable {
    private var object: JSONObject

    /// Begins an entry.
    ///
    /// - Parameters:
    ///   - action: What was done, such as `redrive.began`.
    ///   - owner: Who did it.
    package init(_ action: String, by owner: JobRecord.Owner, at now: UnixMilliseconds) {
        self.object = JSONObject([
            .init(name: "at", value: .string(now.description)),
            .init(name: "action", value: .string(action)),
            .init(name: "user", value: .string(owner.user)),
            .init(name: "host", value: .string(owner.host)),
            .init(name: "process", value: .number(JSONNumber(Int(owner.process)))),
        ])
    }

    /// Sets a member.
    package subscript(name: String) -> JSONValue? {
        get { self.object[name] }
        set { self.object[name] = newValue }
    }

    /// The counts of a job: what was sent, left and failed again, and the first and last offsets.
    package mutating func add(_ counts: RedriveJob.Counts) {
        self["matched"] = .number(JSONNumber(counts.matched))
        self["moved"] = .number(JSONNumber(counts.moved))
        self["moved_before"] = .number(JSONNumber(counts.movedBefore))
        self["left"] = Self.numbers(counts.left.byName.map { ($0.key, $0.value) })
        self["failed_again"] = Self.numbers(counts.failedAgain.map { ($0.key, $0.value) })
        self.add(counts.ranges)
    }

    /// The counts of letters that changed and that were chosen, and the first and last offsets.
    package mutating func add(moved: Int, of matched: Int, in ranges: [Int32: ClosedRange<Int64>]) {
        self["matched"] = .number(JSONNumber(matched))
        self["moved"] = .number(JSONNumber(moved))
        self.add(ranges)
    }

    private mutating func add(_ ranges: [Int32: ClosedRange<Int64>]) {
        self["offsets"] = .array(
            ranges.sorted { $0.key < $1.key }.map { partition, range in
                .object(
                    JSONObject([
                        .init(name: "partition", value: .number(JSONNumber(Int(partition)))),
                        .init(name: "first", value: .number(JSONNumber(Int(range.lowerBound)))),
                        .init(name: "last", value: .number(JSONNumber(Int(range.upperBound)))),
                    ])
                )
            }
        )
    }

    private static func numbers(_ counts: [(name: String, count: Int)]) -> JSONValue {
        let sorted = counts.sorted { $0.name < $1.name }
        return .object(JSONObject(sorted.map { .init(name: $0.name, value: .number(JSONNumber($0.count))) }))
    }

    /// The line, without its end.
    package var encoded: [UInt8] { JSONWriter.encode(self.object) }
}
