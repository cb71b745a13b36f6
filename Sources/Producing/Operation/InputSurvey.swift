/// What stands in a file, found by reading all of it before anything is sent.
package struct InputSurvey: Sendable, Hashable {
    /// Its rows, from the first one that counts.
    package internal(set) var rowCount = 0
    /// Those that are no commands, or break a rule.
    package internal(set) var badCount = 0

    /// Those that can be sent.
    package var goodCount: Int { self.rowCount - self.badCount }
}
