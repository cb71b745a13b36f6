/// All findings of a check.
package struct CheckReport: Sendable {
    /// In the order in which they were looked at.
    package private(set) var findings: [CheckFinding]

    /// Gathers findings.
    package init(_ findings: [CheckFinding] = []) {
        self.findings = findings
    }

    package mutating func append(_ more: [CheckFinding]) { self.findings += more }

    /// The code that the command ends with: what has to be mended first decides, since the rest may only be its shadow.
    package var status: ExitStatus {
        let codes = self.findings.compactMap { finding in
            if case .failed(let status) = finding.state { status } else { nil }
        }
        return [.configuration, .notPermitted, .unavailable].first { codes.contains($0) } ?? codes.first ?? .success
    }
}
