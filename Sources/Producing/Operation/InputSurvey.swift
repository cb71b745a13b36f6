import CustomerContract

/// What a file has, found by reading all of it before anything is sent.
package struct InputSurvey: Sendable, Hashable {
    /// Its rows, from the first one that counts.
    package internal(set) var rowCount = 0
    /// Those that are no commands, or break a rule.
    package internal(set) var badCount = 0

    /// Of the others, those that say the same as a row before them: harmless, since the worker answers `replayed`.
    package internal(set) var repeatedCount = 0
    /// Rows that were not compared with the others: their external_id first appears behind a million others.
    package internal(set) var uncomparedCount = 0
    package internal(set) var unknownFields = UnknownFields()

    package var goodCount: Int { self.rowCount - self.badCount }
}

/// The fields of a file's commands that are not known, such as misspelt ones; they are passed on as they are.
package struct UnknownFields: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        /// Its name, cut at 64 characters.
        package let name: String
        /// The known field that is most likely meant; `nil` when none is near.
        package let nearest: String?
        package let firstRow: Int
        package fileprivate(set) var count: Int
    }

    /// More names than these are only counted.
    private static let maximumCount = 100

    private var fields: [String: Field] = [:]
    /// In how many rows fields with other names were found, beyond the first hundred names.
    package private(set) var otherCount = 0

    /// In the order of their first rows.
    package var sorted: [Field] {
        self.fields.values.sorted { ($0.firstRow, $0.name) < ($1.firstRow, $1.name) }
    }

    mutating func take(_ names: [String], row: Int) {
        for name in names {
            let shown = String(name.prefix(64))
            if self.fields[shown] != nil {
                self.fields[shown]?.count += 1
            } else if self.fields.count < Self.maximumCount {
                let nearest = CSVColumn.nearestField(to: shown)
                self.fields[shown] = Field(name: shown, nearest: nearest, firstRow: row, count: 1)
            } else {
                self.otherCount += 1
            }
        }
    }
}
