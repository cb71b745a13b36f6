/// The JSON form of a rule: `{"fault":"delay_before_commit","milliseconds":200,"requests":5}`.
///
/// `fault` is a name of ``Fault/name``. A fault's own values are `milliseconds` (delays, lag, pause), `reason`
/// (`forbidden`), `location` (`redirect`), `external_id` (`other_external_id`), `retry_after` (seconds) or
/// `retry_after_date` (seconds from now), `after_commit` (answers of the edge), and `status`, `content_type` and `body`
/// (`answer`). The scope's are `routes`, `skip`,
/// `requests`, `share`, `seed`, `for_milliseconds` and `external_ids`.
extension FaultRule: Codable {
    private enum CodingKeys: String, CodingKey {
        case fault
        case milliseconds
        case reason
        case location
        case externalID = "external_id"
        case retryAfter = "retry_after"
        case retryAfterDate = "retry_after_date"
        case afterCommit = "after_commit"
        case status
        case contentType = "content_type"
        case body
        case routes
        case skip
        case requests
        case share
        case seed
        case forMilliseconds = "for_milliseconds"
        case externalIDs = "external_ids"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(try Self.fault(from: values), try Self.scope(from: values))
    }

    private static func fault(from values: KeyedDecodingContainer<CodingKeys>) throws -> Fault {
        let name = try values.decode(String.self, forKey: .fault)
        func milliseconds() throws -> Duration {
            .milliseconds(try values.decode(Bounded.self, forKey: .milliseconds).value)
        }
        func edge(_ answer: EdgeAnswer) throws -> Fault {
            .edge(answer, afterCommit: try values.decodeIfPresent(Bool.self, forKey: .afterCommit) ?? false)
        }
        func retryAfter() throws -> EdgeAnswer.RetryAfter? {
            if let seconds = try values.decodeIfPresent(Bounded.self, forKey: .retryAfter) {
                return .seconds(seconds.value)
            }
            return try values.decodeIfPresent(Bounded.self, forKey: .retryAfterDate).map {
                .date(secondsFromNow: $0.value)
            }
        }
        switch name {
        case "delay_before_commit": return .delayBeforeCommit(try milliseconds())
        case "delay_after_commit": return .delayAfterCommit(try milliseconds())
        case "replica_lag": return .replicaLag(try milliseconds())
        case "slow_body": return .slowBody(try milliseconds())
        case "forbidden": return .forbidden(try values.decode(ForbiddenReason.self, forKey: .reason))
        case "redirect": return .redirect(location: try values.decode(String.self, forKey: .location))
        case "other_external_id": return .otherExternalID(try values.decode(String.self, forKey: .externalID))
        case "answer": return try answer(from: values)
        case "request_timeout": return try edge(.requestTimeout)
        case "payload_too_large": return try edge(.payloadTooLarge)
        case "unsupported_media_type": return try edge(.unsupportedMediaType)
        case "too_many_requests": return try edge(.tooManyRequests(try retryAfter()))
        case "bad_gateway": return try edge(.badGateway)
        case "service_unavailable": return try edge(.serviceUnavailable(try retryAfter()))
        case "gateway_timeout": return try edge(.gatewayTimeout)
        default:
            guard let fault = Fault.plain.first(where: { $0.name == name }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .fault,
                    in: values,
                    debugDescription: "unknown fault \(name); known are \(Fault.names.joined(separator: ", "))"
                )
            }
            return fault
        }
    }

    private static func answer(from values: KeyedDecodingContainer<CodingKeys>) throws -> Fault {
        let status = try values.decode(Int.self, forKey: .status)
        guard (200...999).contains(status) else {
            throw DecodingError.dataCorruptedError(
                forKey: .status,
                in: values,
                debugDescription: "\(status) is not between 200 and 999"
            )
        }
        return .answer(
            status: status,
            contentType: try values.decodeIfPresent(String.self, forKey: .contentType),
            body: try values.decodeIfPresent(String.self, forKey: .body) ?? ""
        )
    }

    private static func scope(from values: KeyedDecodingContainer<CodingKeys>) throws -> FaultScope {
        FaultScope(
            routes: try values.decodeIfPresent(Set<RouteName>.self, forKey: .routes),
            skip: try values.decodeIfPresent(Int.self, forKey: .skip) ?? 0,
            requests: try values.decodeIfPresent(Int.self, forKey: .requests),
            share: try values.decodeIfPresent(Double.self, forKey: .share) ?? 1,
            seed: try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? 1,
            duration: try values.decodeIfPresent(Bounded.self, forKey: .forMilliseconds).map {
                .milliseconds($0.value)
            },
            externalIDs: try values.decodeIfPresent([String].self, forKey: .externalIDs)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(fault.name, forKey: .fault)
        switch fault {
        case .delayBeforeCommit(let time), .delayAfterCommit(let time), .replicaLag(let time), .slowBody(let time):
            try values.encode(time.nanoseconds / 1_000_000, forKey: .milliseconds)
        case .forbidden(let reason): try values.encode(reason, forKey: .reason)
        case .redirect(let location): try values.encode(location, forKey: .location)
        case .otherExternalID(let id): try values.encode(id, forKey: .externalID)
        case .answer(let status, let contentType, let body):
            try values.encode(status, forKey: .status)
            try values.encodeIfPresent(contentType, forKey: .contentType)
            try values.encode(body, forKey: .body)
        case .edge(let answer, let afterCommit):
            try values.encode(afterCommit, forKey: .afterCommit)
            try Self.encode(answer.retryAfter, to: &values)
        default: break
        }
        try values.encodeIfPresent(scope.routes?.sorted { $0.rawValue < $1.rawValue }, forKey: .routes)
        if scope.skip > 0 { try values.encode(scope.skip, forKey: .skip) }
        try values.encodeIfPresent(scope.requests, forKey: .requests)
        if scope.share < 1 {
            try values.encode(scope.share, forKey: .share)
            try values.encode(scope.seed, forKey: .seed)
        }
        try values.encodeIfPresent(scope.duration.map { $0.nanoseconds / 1_000_000 }, forKey: .forMilliseconds)
        try values.encodeIfPresent(scope.externalIDs, forKey: .externalIDs)
    }

    private static func encode(
        _ retryAfter: EdgeAnswer.RetryAfter?,
        to values: inout KeyedEncodingContainer<CodingKeys>
    ) throws {
        switch retryAfter {
        case nil: break
        case .seconds(let seconds): try values.encode(seconds, forKey: .retryAfter)
        case .date(let seconds): try values.encode(seconds, forKey: .retryAfterDate)
        }
    }
}

/// A number from 0 to 2³², so that no sum of times overflows.
private struct Bounded: Decodable {
    let value: Int

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = try container.decode(Int.self)
        guard (0...4_294_967_296).contains(value) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(value) is not between 0 and 4294967296"
            )
        }
    }
}

extension EdgeAnswer {
    fileprivate var retryAfter: RetryAfter? {
        switch self {
        case .tooManyRequests(let retryAfter), .serviceUnavailable(let retryAfter): retryAfter
        default: nil
        }
    }
}
