package import CustomerContract
package import Records

/// Which result events are meant; all that is said must hold.
package struct ResultSelection: Sendable {
    /// Published then or later.
    package var since: UnixMilliseconds?
    /// Published before then.
    package var until: UnixMilliseconds?
    /// `created` or `failed`.
    package var isCreated: Bool?
    package var codes: Set<String> = []
    package var externalIDs: Set<ExternalID> = []
    package var commandIDs: Set<CommandID> = []

    package init() {}

    package func matches(_ event: ResultEvent) -> Bool {
        if let since, let timestamp = event.timestamp, timestamp < since { return false }
        if let until, let timestamp = event.timestamp, timestamp >= until { return false }
        if let isCreated, event.isCreated != isCreated { return false }
        if !self.codes.isEmpty, !self.codes.contains(event.code) { return false }
        if !self.commandIDs.isEmpty, !self.commandIDs.contains(event.commandID) { return false }
        if !self.externalIDs.isEmpty {
            guard let id = event.externalID, self.externalIDs.contains(id) else { return false }
        }
        return true
    }

    /// Every outcome and error code that this version knows.
    package static let knownCodes = CreatedOutcome.allCases.map(\.rawValue) + ErrorCode.allCases.map(\.rawValue)

    /// What is wrong with a code that no result of this version has: a sentence with the nearest one; `nil` for a known
    /// one.
    package static func mistake(in code: String) -> String? {
        guard !self.knownCodes.contains(code) else { return nil }
        let near = NearestName.find(code, among: self.knownCodes).map { "did you mean \($0)?" }
        return "\(code): is no outcome or error code; "
            + (near ?? "expected one of \(self.knownCodes.joined(separator: ", "))")
    }
}
