import Foundation
import HTTPTypes
import JSON

/// The simulator's own routes, which the API does not have.
///
/// They need no key: the simulator is no server for strangers.
///
/// - `PUT /_simulator/faults` with a list of rules (see ``FaultRule``) puts them in the place of all faults; `GET`
///   shows those in force.
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
        case (.get, "/_simulator/faults"): return encoded(state.faults)
        case (.put, "/_simulator/faults"): return replaceFaults(body)
        case (.get, "/_simulator/stats"): return encoded(state.statistics)
        case (.get, "/_simulator/requests"): return requests(limit: target.parameter("limit").flatMap { Int($0) })
        case (.delete, "/_simulator/customers"):
            state.clear()
            return Answer(status: 204)
        case (.post, "/_simulator/customers/archive"):
            return change(body) { state.archive(externalID: $0) }
        case (.post, "/_simulator/customers/stub"):
            return change(body) { state.insertStub(externalID: $0) != nil }
        default: return .pageNotFound
        }
    }

    private func replaceFaults(_ body: [UInt8]) -> Answer {
        do {
            let rules = try JSONDecoder().decode([FaultRule].self, from: Data(body))
            state.replaceFaults(with: rules)
            return encoded(state.faults)
        } catch {
            return refusal(describe(error))
        }
    }

    private func change(_ body: [UInt8], _ change: (String) -> Bool) -> Answer {
        guard let create = CreateCustomerRequest(body: body), !create.externalID.isEmpty else {
            return refusal("the body must be an object with external_id")
        }
        let isDone = change(create.externalID)
        return .json(status: isDone ? 200 : 409) { writer in
            writer.object { writer in
                writer.member("external_id", create.externalID)
                writer.name("done")
                writer.bool(isDone)
            }
        }
    }

    private func requests(limit: Int?) -> Answer {
        let shown = state.requests.suffix(max(0, limit ?? 100))
        return .json { writer in
            writer.array { writer in
                for request in shown {
                    writer.object { writer in
                        writer.member("number", request.number)
                        writer.member("received_at", request.receivedAt.rfc3339)
                        writer.member("method", request.method)
                        writer.member("path", request.path)
                        writer.name("headers")
                        writer.array { writer in
                            for header in request.headers {
                                writer.array { writer in
                                    writer.string(header.name)
                                    writer.string(header.value)
                                }
                            }
                        }
                        writer.member("body", String(decoding: request.body, as: UTF8.self))
                    }
                }
            }
        }
    }

    private func encoded(_ value: some Encodable) -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return refusal("the value cannot be written as JSON") }
        return Answer(status: 200, contentType: "application/json; charset=utf-8", body: Array(data))
    }

    private func refusal(_ message: String) -> Answer {
        .json(status: 400) { writer in writer.object { $0.member("error", message) } }
    }

    private func describe(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
            .valueNotFound(_, let context):
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return "faults\(path): \(context.debugDescription)"
        default: return "the body must be a JSON array of faults"
        }
    }
}
