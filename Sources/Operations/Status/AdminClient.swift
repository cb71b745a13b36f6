package import FlexpriceAPI
package import JSON
package import Settings

/// Asks a running worker's admin endpoint.
package struct AdminClient: Sendable {
    private let address: HostAndPort

    /// Where it listens.
    package init(_ address: HostAndPort) {
        self.address = address
    }

    /// Asks for `/status`, whoever may answer.
    ///
    /// - Parameters:
    ///   - externalID: whose commands in flight are told too.
    ///   - slowest: how many of the slowest commands in flight are told too, up to 100.
    package func ask(about externalID: String?, slowest: Int? = nil, within limit: Duration) async -> Exchange {
        var questions = externalID.map { ["external_id=\(HTTPTransport.percentEncoded($0))"] } ?? []
        if let slowest { questions.append("slowest=\(slowest)") }
        let query = questions.isEmpty ? "" : "?" + questions.joined(separator: "&")
        return await HTTPTransport.get("http://\(self.address)/status\(query)", upTo: 16 << 20, within: limit)
    }

    /// What comes of a question.
    package enum Answer: Sendable {
        /// What `/status` says.
        case status(JSONObject)
        /// No answer, or none of a worker; a sentence without its end says which, and where.
        case silence(String)
    }

    /// What `/status` says, or why it says nothing.
    package func look(
        for externalID: String? = nil,
        slowest: Int? = nil,
        within limit: Duration = .seconds(5)
    ) async -> Answer {
        switch await self.ask(about: externalID, slowest: slowest, within: limit) {
        case .answered(let answer):
            guard answer.status == 200 else { return self.strange("status \(answer.status)") }
            guard let status = try? JSONParser.parseObject(answer.body), status["version"] != nil else {
                return self.strange("no status of a worker")
            }
            return .status(status)
        case .unanswered(let failure):
            return .silence("no worker answers at \(self.address) (\(failure.text))")
        }
    }

    /// What `/status` says.
    ///
    /// - Throws: ``StartFailure`` 69 when no answer comes, or something else than a worker answers.
    package func status(
        of externalID: String? = nil,
        slowest: Int? = nil
    ) async throws(StartFailure) -> JSONObject {
        switch await self.look(for: externalID, slowest: slowest) {
        case .status(let status): return status
        case .silence(let sentence):
            throw StartFailure(.unavailable, "\(sentence); start it, or name its admin.listen with --address")
        }
    }

    private func strange(_ what: String) -> Answer {
        .silence("what answers at \(self.address) is no customer-worker (\(what))")
    }
}
