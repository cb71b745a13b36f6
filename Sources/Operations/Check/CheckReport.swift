/// All findings of a check.
package struct CheckReport: Sendable {
    /// In the order in which they were looked at.
    package private(set) var findings: [CheckFinding]

    /// Gathers findings.
    package init(_ findings: [CheckFinding] = []) {
        self.findings = findings
    }

    package mutating func append(_ more: [CheckFinding]) { self.findings += more }

    /// The code that the command ends with: that of the first failure, since later ones may only be its shadow.
    package var status: ExitStatus {
        for case .failed(let status) in self.findings.map(\.state) { return status }
        return .success
    }
}
