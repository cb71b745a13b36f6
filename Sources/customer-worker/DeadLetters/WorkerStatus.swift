import AsyncHTTPClient
import CustomerContract
import Foundation
import JSON
import NIOCore
import NIOHTTP1
import Operations
import Settings

/// What the running worker says about a customer.
enum WorkerStatus {
    /// It gave no answer that can be used, and why.
    case notAsked(String)
    /// Its answer.
    case answered(JSONValue)

    /// Asks `GET /status?external_id=ID` at the admin endpoint; waits two seconds at most.
    static func ask(_ listen: HostAndPort, about externalID: ExternalID) async -> WorkerStatus {
        // Where it listens on every address it is asked on this host.
        let host =
            switch listen.host {
            case "0.0.0.0", "": "127.0.0.1"
            case "::": "::1"
            default: listen.host
            }
        let address = HostAndPort(host: host, port: listen.port).description
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        guard let id = externalID.text.addingPercentEncoding(withAllowedCharacters: allowed) else {
            return .notAsked("the external_id cannot stand in a URL")
        }
        do {
            let request = HTTPClientRequest(url: "http://\(address)/status?external_id=\(id)")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(2))
            let body = try await response.body.collect(upTo: 1 << 20)
            guard response.status == .ok, let value = try? JSONParser.parse(Array(body.readableBytesView)) else {
                return .notAsked("\(address) answered \(response.status.code)")
            }
            return .answered(value)
        } catch {
            return .notAsked("no answer at \(address)")
        }
    }
}
