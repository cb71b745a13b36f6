/// What came of reading the settings again.
package struct ReloadReport: Sendable, Equatable {
    /// Settings that changed and are in effect.
    package var changed: [String] = []
    /// Settings that changed and need a restart.
    package var needsRestart: [String] = []
    /// Why all of it was refused; empty when it was not.
    package var problems: [String] = []

    /// Whether the settings are in effect, as far as they can be without a restart.
    package var isInEffect: Bool { self.problems.isEmpty }
}

/// The last reload of a process, and how many there were: whoever asks for one knows by the number whose answer it
/// reads.
struct ReloadHistory: Sendable, Equatable {
    private(set) var count = 0
    private(set) var last: ReloadReport?

    /// Whether the settings that were last read are in effect; so it is before the first reload.
    var isInEffect: Bool { self.last?.isInEffect ?? true }

    mutating func add(_ report: ReloadReport) {
        self.count += 1
        self.last = report
    }
}
