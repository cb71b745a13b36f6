package import JSON
package import Records

/// One line of the audit log: who did what to the dead letters or to the ledger, when, and the outcome.
package struct AuditEntry: Sendable {
    private var object: JSONObject

    /// Begins an entry about an action such as `redrive.began`.
    package init(_ action: String, by owner: JobRecord.Owner, at now: UnixMilliseconds) {
        self.object = JSONObject([
            "at": .string(now.description), "action": .string(action), "user": .string(owner.user),
            "host": .string(owner.host), "process": .integer(owner.process),
        ])
    }

    /// Begins an entry about a job on the letters of a topic, with the words that its operator gave.
    init(
        _ action: String,
        of job: String,
        by owner: JobRecord.Owner,
        _ topic: String,
        _ selection: String,
        _ words: [[String]]
    ) {
        self.init(action, by: owner, at: .now())
        self["job"] = .string(job)
        self["topic"] = .string(topic)
        self["selection"] = .string(selection)
        self["command"] = .array(words.map { .string($0.joined(separator: " ")) })
    }

    package subscript(name: String) -> JSONValue? {
        get { self.object[name] }
        set { self.object[name] = newValue }
    }

    /// The counts of a job: what was sent, left and failed again, and the first and last offsets.
    mutating func add(_ counts: RedriveJob.Counts) {
        self["matched"] = .integer(counts.matched)
        self["moved"] = .integer(counts.moved)
        self["moved_before"] = .integer(counts.movedBefore)
        self["left"] = Self.numbers(counts.left.byName)
        self["failed_again"] = Self.numbers(counts.failedAgain)
        self.add(counts.ranges)
    }

    /// The counts of letters that changed and that were chosen, and the first and last offsets.
    mutating func add(moved: Int, of matched: Int, in ranges: [Int32: ClosedRange<Int64>]) {
        self["matched"] = .integer(matched)
        self["moved"] = .integer(moved)
        self.add(ranges)
    }

    private mutating func add(_ ranges: [Int32: ClosedRange<Int64>]) {
        self["offsets"] = .array(
            ranges.sorted { $0.key < $1.key }.map { partition, range in
                .members([
                    "partition": .integer(partition), "first": .integer(range.lowerBound),
                    "last": .integer(range.upperBound),
                ])
            }
        )
    }

    private static func numbers(_ counts: [String: Int]) -> JSONValue {
        .object(JSONObject(counts.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .integer($0.value)) }))
    }

    /// The line, without its end.
    package var encoded: [UInt8] { JSONWriter.encode(self.object) }
}
