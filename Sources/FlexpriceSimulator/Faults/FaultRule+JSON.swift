import JSON
import Records

/// The JSON form of a rule: `{"fault":"delay_before_commit","milliseconds":200,"requests":5}`.
///
/// `fault` is a name of ``Fault/name``. A fault's own values are `milliseconds` (delays, lag, pause), `reason`
/// (`forbidden`), `location` (`redirect`), `external_id` (`other_external_id`), `retry_after` (seconds) or
/// `retry_after_date` (seconds from now) of 429 and 503, `after_commit` (answers of the edge), and `status`,
/// `content_type` and `body` (`answer`). The scope's are `routes`, `skip`, `requests`, `share`, `seed`,
/// `for_milliseconds` and `external_ids`.
extension FaultRule {
    static func list(_ value: JSONValue, at place: String) throws(FaultSyntaxError) -> [FaultRule] {
        guard let elements = value.arrayValue else {
            throw FaultSyntaxError(place: place, message: "expected an array of faults, found \(value.kind)")
        }
        var rules: [FaultRule] = []
        for (index, element) in elements.enumerated() {
            let values = try RuleReader(element, at: "\(place)[\(index)]")
            rules.append(FaultRule(try Self.fault(values), try Self.scope(values)))
        }
        return rules
    }

    private static func fault(_ values: RuleReader) throws(FaultSyntaxError) -> Fault {
        let name = try values.required("fault", "a name", \.stringValue)
        if let plain = Fault.Plain(rawValue: name) { return .plain(plain) }
        if let timed = Fault.Timed(rawValue: name) { return .timed(timed, try values.milliseconds()) }
        if var edge = EdgeAnswer.all.first(where: { $0.name == name }) {
            if edge.status == 429 || edge.status == 503 {
                let date = try values.bounded("retry_after_date").map { EdgeAnswer.RetryAfter.date(secondsFromNow: $0) }
                edge.retryAfter = try values.bounded("retry_after").map { .seconds($0) } ?? date
            }
            return .edge(edge, afterCommit: try values.optional("after_commit", "a boolean", \.boolValue) ?? false)
        }
        guard let valued = Fault.Valued(rawValue: name) else {
            throw values.error("fault", "unknown fault \(name); known are \(Fault.names.joined(separator: ", "))")
        }
        switch valued {
        case .forbidden:
            let reasons = ForbiddenReason.allCases.map(\.rawValue).joined(separator: ", ")
            return .forbidden(
                try values.required("reason", "one of \(reasons)") { $0.stringValue.flatMap(ForbiddenReason.init) }
            )
        case .redirect: return .redirect(location: try values.required("location", "a string", \.stringValue))
        case .otherExternalID: return .otherExternalID(try values.required("external_id", "a string", \.stringValue))
        case .answer:
            return .answer(
                status: try values.required("status", "a status from 200 to 999") { $0.whole(in: 200...999) },
                contentType: try values.optional("content_type", "a string", \.stringValue),
                body: try values.optional("body", "a string", \.stringValue) ?? ""
            )
        }
    }

    private static func scope(_ values: RuleReader) throws(FaultSyntaxError) -> FaultScope {
        let routes = RouteName.allCases.map(\.rawValue).joined(separator: ", ")
        return FaultScope(
            routes: try values.optional("routes", "an array of routes: \(routes)") { value in
                value.list { $0.stringValue.flatMap(RouteName.init) }.map(Set.init)
            },
            skip: try values.optional("skip", "an integer") { $0.whole(in: Int.min...Int.max) } ?? 0,
            requests: try values.optional("requests", "an integer") { $0.whole(in: Int.min...Int.max) },
            share: try values.optional("share", "a number") { value in
                if case .number(let number) = value { Double(number.spelling) } else { nil }
            } ?? 1,
            seed: try values.optional("seed", "an integer that is not negative") {
                $0.whole(in: UInt64.min...UInt64.max)
            } ?? 1,
            duration: try values.bounded("for_milliseconds").map { .milliseconds($0) },
            externalIDs: try values.optional("external_ids", "an array of strings") { $0.list(\.stringValue) }
        )
    }

    /// The rule in the form that ``list(_:at:)`` reads, members sorted by name.
    var json: JSONValue {
        let scope = self.scope
        var object = JSONObject(filled: [
            "fault": .string(self.fault.name),
            "routes": scope.routes.map { .array($0.map(\.rawValue).sorted().map(JSONValue.string)) },
            "skip": scope.skip > 0 ? .integer(scope.skip) : nil, "requests": scope.requests.map { .integer($0) },
            "share": scope.share < 1 ? JSONNumber(spelling: "\(scope.share)").map(JSONValue.number) : nil,
            "seed": scope.share < 1 ? JSONNumber(spelling: "\(scope.seed)").map(JSONValue.number) : nil,
            "for_milliseconds": scope.duration.map { .integer($0.boundedMilliseconds) },
            "external_ids": scope.externalIDs.map { .array($0.map(JSONValue.string)) },
        ])
        switch self.fault {
        case .plain: break
        case .timed(_, let time): object["milliseconds"] = .integer(time.boundedMilliseconds)
        case .forbidden(let reason): object["reason"] = .string(reason.rawValue)
        case .redirect(let location): object["location"] = .string(location)
        case .otherExternalID(let id): object["external_id"] = .string(id)
        case .answer(let status, let contentType, let body):
            object["status"] = .integer(status)
            object["content_type"] = contentType.map(JSONValue.string)
            object["body"] = .string(body)
        case .edge(let answer, let afterCommit):
            object["after_commit"] = .bool(afterCommit)
            switch answer.retryAfter {
            case nil: break
            case .seconds(let seconds): object["retry_after"] = .integer(seconds)
            case .date(let seconds): object["retry_after_date"] = .integer(seconds)
            }
        }
        return .sorted(object.members)
    }
}

/// What is wrong with a list of faults or a script, and where.
package struct FaultSyntaxError: Error, CustomStringConvertible {
    let place: String
    let message: String

    package var description: String { "\(self.place): \(self.message)" }
}

/// Reads the members of one object of a list of faults or a script; `null` counts as absent, and names that are not
/// asked for are ignored.
struct RuleReader {
    private let object: JSONObject
    private let place: String

    init(_ value: JSONValue, at place: String) throws(FaultSyntaxError) {
        guard let object = value.objectValue else {
            throw FaultSyntaxError(place: place, message: "expected an object, found \(value.kind)")
        }
        self.object = object
        self.place = place
    }

    func error(_ name: String, _ message: String) -> FaultSyntaxError {
        FaultSyntaxError(place: "\(self.place).\(name)", message: message)
    }

    /// The member as the type that `read` gives; nil if it is absent.
    func optional<T>(
        _ name: String,
        _ expected: String,
        _ read: (JSONValue) -> T?
    ) throws(FaultSyntaxError) -> T? {
        guard let value = self.object[name], !value.isNull else { return nil }
        if let read = read(value) { return read }
        let found = String(decoding: JSONWriter.encode(value), as: UTF8.self)
        throw self.error(name, "expected \(expected), found \(found)")
    }

    func required<T>(_ name: String, _ expected: String, _ read: (JSONValue) -> T?) throws(FaultSyntaxError) -> T {
        if let value = try self.optional(name, expected, read) { return value }
        throw self.error(name, "expected \(expected)")
    }

    /// A whole number from 0 to 2³², so that no sum of times overflows.
    func bounded(_ name: String) throws(FaultSyntaxError) -> Int? {
        try self.optional(name, Self.bound) { $0.whole(in: 0...4_294_967_296) }
    }

    func milliseconds() throws(FaultSyntaxError) -> Duration {
        if let count = try self.bounded("milliseconds") { return .milliseconds(count) }
        throw self.error("milliseconds", "expected \(Self.bound)")
    }

    private static let bound = "an integer from 0 to 4294967296"

    func rules(_ name: String) throws(FaultSyntaxError) -> [FaultRule] {
        try FaultRule.list(self.object[name] ?? .null, at: "\(self.place).\(name)")
    }
}

extension JSONValue {
    /// The number inside if it is whole, however it is spelt, and in the range.
    fileprivate func whole<T: FixedWidthInteger>(in range: ClosedRange<T>) -> T? {
        guard case .number(let number) = self else { return nil }
        let value = T(number.spelling) ?? Double(number.spelling).flatMap { T(exactly: $0) }
        return value.flatMap { range.contains($0) ? $0 : nil }
    }

    /// The elements of an array as the type that `read` gives; nil if one of them is of another type.
    fileprivate func list<T>(_ read: (JSONValue) -> T?) -> [T]? {
        guard let elements = self.arrayValue else { return nil }
        let list = elements.compactMap(read)
        return list.count == elements.count ? list : nil
    }
}
