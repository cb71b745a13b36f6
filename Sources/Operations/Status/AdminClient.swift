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
    /// - Parameter externalID: whose commands in flight are told too.
    package func ask(about externalID: String?, within limit: Duration) async -> Exchange {
        let query = externalID.map { "?external_id=\(HTTPTransport.percentEncoded($0))" } ?? ""
        return await HTTPTransport.get("http://\(self.address)/status\(query)", upTo: 16 << 20, within: limit)
    }

    /// What `/status` says.
    ///
    /// - Throws: ``StartFailure`` 69 when no answer comes, or something else than a worker answers.
    package func status(of externalID: String? = nil) async throws(StartFailure) -> JSONObject {
        switch await self.ask(about: externalID, within: .seconds(5)) {
        case .answered(let answer):
            guard answer.status == 200 else { throw self.strange("status \(answer.status)") }
            guard let status = try? JSONParser.parseObject(answer.body), status["version"] != nil else {
                throw self.strange("no status of a worker")
            }
            return status
        case .unanswered(let failure):
            let place = "\(self.address) (\(failure.text))"
            throw StartFailure(
                .unavailable,
                "no worker answers at \(place); start it, or name its admin.listen with --address"
            )
        }
    }

    private func strange(_ what: String) -> StartFailure {
        StartFailure(.unavailable, "what answers at \(self.address) is no customer-worker (\(what))")
    }
}
