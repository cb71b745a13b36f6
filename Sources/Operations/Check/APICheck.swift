import FlexpriceAPI
import JSON
import Settings

/// Looks at the API: whether it is there, and whether the key is known; it makes no customer.
///
/// Whether a key may make customers only a create can tell. `/users/me` has the present roles of the key's user and not
/// the roles that the key got when it was made, and a key of a server's own configuration has no user: so what is said
/// of rights there is a warning at most.
enum APICheck {
    /// The roles that may write customers.
    private static let writers = ["all_writer", "super_admin"]
    /// The longest timeout of a request of the check.
    private static let patience: Duration = .seconds(10)

    /// - Parameter environment: names the proxy on the way.
    static func run(_ settings: Settings, environment: [String: String]) async -> [CheckFinding] {
        guard settings.backend == .flexprice else {
            return [CheckFinding("api", .skipped, "backend is local: customers are made in the store")]
        }
        var flexprice: FlexpriceSettings
        do throws(StartFailure) {
            flexprice = try FlexpriceSettings(settings, environment: environment)
        } catch {
            let remedy = "correct the setting that it names"
            return [CheckFinding("api", .failed(error.status), error.description, remedy: remedy)]
        }
        flexprice.timeout = min(flexprice.timeout, Self.patience)
        let client = FlexpriceClient(flexprice)
        let way = flexprice.baseURL + (flexprice.transport.proxy.map { " by way of the proxy \($0)" } ?? "")
        let health = Self.reach(await client.health(), way)
        let key =
            if case .failed = health.state {
                CheckFinding("api key", .skipped, "the API comes first")
            } else {
                Self.key(await client.currentUser())
            }
        await client.shutdown()
        return [health, key]
    }

    /// `GET /health`, which says little more than that a server answers.
    static func reach(_ exchange: Exchange, _ way: String) -> CheckFinding {
        let outcome: CheckFinding.Outcome =
            switch exchange {
            case .answered(let answer) where answer.status == 200 && answer.isJSON: (.fine, "\(way) is reachable", "")
            case .answered(let answer) where (300...399).contains(answer.status):
                (
                    .failed(.configuration),
                    "\(way) answers \(answer.status), a redirect",
                    "redirects are never followed: write api.host with https, and the name that it redirects to"
                )
            case .answered(let answer):
                (
                    .warning,
                    "\(way) answers \(answer.status) to /health",
                    "if the key below is fine, something on the way keeps /health to itself"
                )
            case .unanswered(let failure) where failure.kind == .notTrusted:
                (
                    .failed(.configuration),
                    "\(way): TLS failed (\(failure.text))",
                    "check api.ca_file, the scheme of api.host, and the clock of this machine"
                )
            case .unanswered(let failure):
                (
                    .failed(.unavailable),
                    "\(way) does not answer: \(failure.text)",
                    "check api.host, the network, HTTPS_PROXY and NO_PROXY"
                )
            }
        return CheckFinding("api", outcome)
    }

    /// `GET /users/me`: whose key it is, and its roles.
    static func key(_ exchange: Exchange) -> CheckFinding {
        guard case .answered(let answer) = exchange else {
            return CheckFinding("api key", (.failed(.unavailable), "no answer", "try again"))
        }
        let body = try? JSONParser.parseObject(answer.body)
        let outcome: CheckFinding.Outcome =
            switch answer.status {
            case 200 where body != nil: Self.roles(body?["roles"])
            case 401:
                (
                    .failed(.notPermitted),
                    "401: the key is wrong, expired or revoked, or of another region",
                    "make a key with the role all_writer in the region of api.host"
                )
            case 403 where body != nil:
                (
                    .warning,
                    "403: the key is known, and may not ask whose it is; whether it may make customers only a create "
                        + "tells",
                    "set environment_id if it is a key of a self-hosted server's configuration"
                )
            case 403:
                (
                    .failed(.notPermitted),
                    "403 without JSON: something before the API lets this machine, or this request, not through",
                    "ask who runs the firewall before api.host"
                )
            case 404 where ErrorBody(body).isFlexprices:
                (
                    .warning,
                    "the key is known and has no user; whether it may make customers only a create tells",
                    "nothing, if it is a key of a self-hosted server's configuration"
                )
            case 408, 429, 500...:
                (.failed(.unavailable), "the API answers \(answer.status)", "try again when it is well")
            default:
                (
                    .failed(.configuration),
                    "status \(answer.status)\(answer.isJSON ? "" : " without JSON"): this is not the API",
                    "check api.host"
                )
            }
        return CheckFinding("api key", outcome)
    }

    private static func roles(_ value: JSONValue?) -> CheckFinding.Outcome {
        guard case .array(let values)? = value else {
            return (.warning, "the key is valid; the API does not tell its roles", "")
        }
        let roles = values.compactMap(\.stringValue)
        let names = roles.joined(separator: ", ")
        guard !roles.contains(where: { Self.writers.contains($0) }) else {
            return (.fine, "valid; its user has \(names)", "")
        }
        return (
            .warning,
            "the key is valid; its user has \(roles.isEmpty ? "no role" : names) now, which does not say what the key "
                + "itself may",
            "if creates are refused with 403, make a key with the role all_writer; a key's roles are fixed"
        )
    }
}
