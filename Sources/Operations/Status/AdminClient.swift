import FlexpriceAPI
package import JSON
package import Settings

/// Asks a running worker's admin endpoint.
package struct AdminClient: Sendable {
    /// What came of a question.
    package enum Answer: Sendable {
        /// What `/status` says.
        case status(JSONObject)
        /// Something else than a worker answered, with this HTTP status.
        case strange(Int)
        /// Nobody answered, and why.
        case silence(String)
    }

    private let address: HostAndPort

    /// Where it listens.
    package init(_ address: HostAndPort) {
        self.address = address
    }

    /// Asks for `/status`.
    ///
    /// - Parameter externalID: whose commands in flight are told too.
    package func ask(about externalID: String? = nil, within limit: Duration = .seconds(5)) async -> Answer {
        let query = externalID.map { "?external_id=\(HTTPTransport.percentEncoded($0))" } ?? ""
        switch await HTTPTransport.get("http://\(self.address)/status\(query)", upTo: 16 << 20, within: limit) {
        case .unanswered(let failure):
            return .silence(failure.text)
        case .answered(let answer):
            guard answer.status == 200, let status = try? JSONParser.parseObject(answer.body), status["version"] != nil
            else { return .strange(answer.status) }
            return .status(status)
        }
    }

    /// What `/status` says.
    ///
    /// - Throws: ``StartFailure`` 69 when nobody answers, or something else than a worker does.
    package func status(of externalID: String? = nil) async throws(StartFailure) -> JSONObject {
        switch await self.ask(about: externalID) {
        case .status(let status):
            return status
        case .strange(let status):
            let what = status == 200 ? "no status of a worker" : "status \(status)"
            throw StartFailure(.unavailable, "what answers at \(self.address) is no customer-worker (\(what))")
        case .silence(let reason):
            throw StartFailure(
                .unavailable,
                "no worker answers at \(self.address) (\(reason)); start it, or name its admin.listen with --address"
            )
        }
    }
}
