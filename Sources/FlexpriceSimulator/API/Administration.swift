import HTTPTypes
import JSON

/// The simulator's own routes, which the API does not have.
///
/// They need no key: the simulator is no server for strangers.
///
/// - `PUT /_simulator/faults` with a list of ``FaultRule`` replaces all faults; `GET` shows those in effect.
/// - `GET /_simulator/requests?limit=N` shows the latest requests, without keys; `GET /_simulator/stats` the counts.
/// - `DELETE /_simulator/customers` forgets customers, requests and counts. `POST /_simulator/customers/archive` and
///   `/stub` with `{"external_id":"…"}` archive a customer and create a workflow's stub.
struct Administration {
    let state: SimulatorState

    /// Answers a request of these routes; nil if it belongs to the API.
    func answer(_ head: HTTPRequest, _ target: RequestTarget, _ body: [UInt8]) -> Answer? {
        let path = String(decoding: target.path, as: UTF8.self)
        guard path.hasPrefix("/_simulator/") else { return nil }
        switch (head.method, path) {
        case (.get, "/_simulator/faults"): return self.faults
        case (.put, "/_simulator/faults"): return self.replaceFaults(body)
        case (.get, "/_simulator/stats"): return self.plain(self.state.statistics.json)
        case (.get, "/_simulator/requests"):
            let limit = target.parameter("limit").flatMap { Int($0) } ?? 100
            return .json(.array(self.state.requests.suffix(max(0, limit)).map(\.json)))
        case (.delete, "/_simulator/customers"):
            self.state.clear()
            return Answer(status: 204)
        case (.post, "/_simulator/customers/archive"):
            return self.change(body) { self.state.archive(externalID: $0) }
        case (.post, "/_simulator/customers/stub"):
            return self.change(body) { self.state.insertStub(externalID: $0) }
        default: return .pageNotFound
        }
    }

    private var faults: Answer { self.plain(.array(self.state.faults.map(\.json))) }

    /// JSON without the escapes of the API's answers, so that it can be sent back as it is shown.
    private func plain(_ value: JSONValue) -> Answer {
        Answer(status: 200, contentType: "application/json; charset=utf-8", body: JSONWriter.encode(value))
    }

    private func replaceFaults(_ body: [UInt8]) -> Answer {
        do {
            self.state.replaceFaults(with: try FaultRule.list(try JSONParser.parse(body), at: "faults"))
            return self.faults
        } catch let error as JSONSyntaxError {
            return self.refusal("the body must be a JSON array of faults: \(error)")
        } catch {
            return self.refusal("\(error)")
        }
    }

    private func change(_ body: [UInt8], _ change: (String) -> Bool) -> Answer {
        guard let externalID = CustomerRequest(body, of: .create)?.texts[.externalID], !externalID.isEmpty else {
            return self.refusal("the body must be an object with external_id")
        }
        let isDone = change(externalID)
        return .json(
            status: isDone ? 200 : 409,
            .members(["external_id": .string(externalID), "done": .bool(isDone)])
        )
    }

    private func refusal(_ message: String) -> Answer {
        .json(status: 400, .members(["error": .string(message)]))
    }
}
