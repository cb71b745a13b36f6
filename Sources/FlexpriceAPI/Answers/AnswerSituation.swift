/// What has to be so for a row of the ``AnswerTable`` to apply.
public enum AnswerSituation: Sendable {
    /// An answer with one of these statuses and such a body.
    case answer([ClosedRange<Int>], Body)
    /// No whole answer, for this reason.
    case noAnswer(TransportFailure.Kind)
    /// What the look-up behind a 409 found.
    case lookedUp(Finding)

    /// What a body must be like; the status comes first, and a body only tells answers of one status apart.
    public enum Body: String, Sendable, CaseIterable {
        /// Whatever it is, none included.
        case any = "any body"
        /// A customer with an id and exactly our external_id.
        case ourCustomer = "a customer of our external_id"
        /// One JSON object.
        case object = "another JSON object"
        /// The content type says JSON.
        case json = "JSON"
        /// A code of Flexprice, or the nested error of older servers; a proxy's page or message is neither.
        case flexpriceError = "an error in Flexprice's shape"
        /// An error in JSON that names what was not found.
        case namedResource = "JSON that names what is missing"
        /// Details with exactly our external_id.
        case namesOurID = "details name our external_id"
        /// A page of search results.
        case searchPage = "a page of customers"
    }

    /// What a look-up behind a 409 found.
    public enum Finding: Sendable, Hashable, CaseIterable {
        /// The customer, and every field that the command sent is as the command has it.
        case agreeing
        /// A customer that Flexprice made by itself and that only lacks what the command has.
        case stub(StubPolicy)
        /// A customer that disagrees with the command.
        case differing
        /// None, after all patience; Flexprice had said that it is ours.
        case absentOurs
        /// None, after all patience; Flexprice had not said that it is ours.
        case absentOthers

        /// Every finding.
        public static let allCases: [Finding] =
            [.agreeing] + StubPolicy.allCases.map { .stub($0) } + [.differing, .absentOurs, .absentOthers]
    }
}

/// `api.on_stub`: what to do about a customer that Flexprice made by itself from a usage event.
public enum StubPolicy: String, Sendable, Hashable, CaseIterable {
    /// The command fails with `already_exists`.
    case fail
    /// The stub counts as the customer.
    case existing
    /// The stub is filled with the command's fields.
    case update
}

extension AnswerSituation: CustomStringConvertible {
    /// A phrase for people.
    public var description: String {
        switch self {
        case .answer(let statuses, .any): Self.text(statuses)
        case .answer(let statuses, let body): "\(Self.text(statuses)), \(body.rawValue)"
        case .noAnswer(let kind): "no answer: \(kind.text)"
        case .lookedUp(let finding): finding.text
        }
    }

    private static func text(_ statuses: [ClosedRange<Int>]) -> String {
        statuses.map { range in
            if range.lowerBound == range.upperBound { return "\(range.lowerBound)" }
            return range.upperBound == Int.max
                ? "\(range.lowerBound) and above" : "\(range.lowerBound)-\(range.upperBound)"
        }
        .joined(separator: ", ")
    }
}

extension AnswerSituation.Finding {
    fileprivate var text: String {
        switch self {
        case .agreeing: "found, and it agrees"
        case .stub(let policy): "found, a stub of a usage event; api.on_stub: \(policy.rawValue)"
        case .differing: "found, and it differs"
        case .absentOurs: "not found within 8 s, though the 409 named our external_id"
        case .absentOthers: "not found within 8 s, and the 409 did not name our external_id"
        }
    }
}

extension TransportFailure.Kind {
    fileprivate var text: String {
        switch self {
        case .notConnected: "nobody listens there, or the name does not resolve"
        case .notTrusted: "TLS could not be agreed on"
        case .interrupted: "time-out, or a connection that broke"
        case .tooLong: "more than a mebibyte came"
        case .cancelled: "the worker was stopped hard"
        }
    }
}
