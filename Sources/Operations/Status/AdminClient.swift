import AsyncHTTPClient
import CustomerContract
package import JSON
import NIOCore
import NIOHTTP1
package import Settings

/// Asks a running worker's admin endpoint.
package struct AdminClient: Sendable {
    private let address: HostAndPort

    /// Where it listens.
    package init(_ address: HostAndPort) {
        self.address = address
    }

    /// What `/status` says.
    ///
    /// - Parameter externalID: whose commands in flight are told too.
    /// - Throws: ``StartFailure`` 69 when nobody answers, or something else than a worker does.
    package func status(of externalID: String? = nil) async throws(StartFailure) -> JSONObject {
        var url = "http://\(self.address)/status"
        if let externalID { url += "?external_id=\(Self.percentEncoded(externalID))" }
        let body: [UInt8]
        do {
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
            guard response.status == .ok else { throw self.strange("status \(response.status.code)") }
            body = Array(try await response.body.collect(upTo: 16 << 20).readableBytesView)
        } catch let error as StartFailure {
            throw error
        } catch {
            throw StartFailure(
                .unavailable,
                "no worker answers at \(self.address) (\(error)); start it, or name its admin.listen with --address"
            )
        }
        guard let status = try? JSONParser.parseObject(body), status["version"] != nil else {
            throw self.strange("no status of a worker")
        }
        return status
    }

    private func strange(_ what: String) -> StartFailure {
        StartFailure(.unavailable, "what answers at \(self.address) is no customer-worker (\(what))")
    }

    /// RFC 3986: everything but unreserved characters is escaped, byte by byte.
    static func percentEncoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
    }
}
