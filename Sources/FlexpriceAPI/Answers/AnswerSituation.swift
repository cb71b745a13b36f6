/// What has to be so for a row of the ``AnswerTable`` to apply.
package enum AnswerSituation: Sendable {
    /// An answer with one of these statuses and such a body.
    case answer([ClosedRange<Int>], Body)
    /// The proxy's answer to the wish for a tunnel, with one of these statuses.
    case proxy([ClosedRange<Int>])
    /// No whole answer, for this reason.
    case noAnswer(TransportFailure.Kind)
    /// What the lookup behind another answer found.
    case lookedUp(Finding)

    /// What a body must be like; the status comes first, and a body only tells answers of one status apart.
    package enum Body: String, Sendable, CaseIterable {
        /// Whatever it is, none included.
        case any = "any body"
        /// No body at all.
        case empty = "no body"
        /// A customer that is not archived, with an id and exactly our external_id.
        case ourCustomer = "a customer of our external_id"
        /// An object that names another external_id, by itself or in its details.
        case anotherCustomer = "JSON that names another external_id"
        /// The content type says JSON.
        case json = "JSON"
        /// What Flexprice says when a key, a user or a tenant may not write, which it looks at before the body.
        case accessRefusal = "Flexprice's words on rights"
        /// A code of Flexprice, or the nested error of older servers; a proxy's page or message is neither.
        case flexpriceError = "an error in Flexprice's shape"
        /// An error in JSON that names what was not found.
        case namedResource = "JSON that names what is missing"
        /// Details with exactly our external_id.
        case namesOurID = "details name our external_id"
        /// A server's word that it speaks TLS, and was spoken to in plain text.
        case wantsTLS = "a page that asks for https"
        /// A page of search results.
        case searchPage = "a page of customers"
    }

    /// What a lookup found.
    package enum Finding: Sendable, Hashable, CaseIterable {
        /// The customer, behind a 201 that could not be read; every field that can be compared is as the command has
        /// it.
        case made
        /// The customer, and every field that the command sent and the server gives back is as the command has it.
        case agreeing
        /// A customer that Flexprice made by itself and that only lacks what the command has.
        case stub(StubPolicy)
        /// A customer that disagrees with the command.
        case differing(ExistingPolicy)
        /// None, after every attempt; Flexprice had said that it is ours.
        case absentOurs
        /// None, after every attempt; Flexprice had said something else.
        case absentOthers
        /// None, after every attempt; the conflict was not in Flexprice's words, or about another customer.
        case absentForeign
        /// None, after every attempt, behind a 201 that could not be read.
        case absentMade
        /// The customer that is remembered, archived.
        case archived
        /// No archived customer of the remembered id.
        case standing

        /// Every finding.
        package static let allCases: [Finding] =
            [.made, .agreeing] + StubPolicy.allCases.map { .stub($0) }
            + ExistingPolicy.allCases.map { .differing($0) } + [
                .absentOurs, .absentOthers, .absentForeign, .absentMade, .archived, .standing,
            ]
    }
}

/// `api.on_stub`: what to do about a customer that Flexprice made by itself from a usage event.
package enum StubPolicy: String, Sendable, Hashable, CaseIterable {
    /// The command fails with `already_exists`.
    case fail
    /// The stub counts as the customer.
    case existing
    /// The stub is filled with the command's fields.
    case update
}

/// `api.on_existing`: what to do about a customer that was there and differs from the command.
package enum ExistingPolicy: String, Sendable, Hashable, CaseIterable {
    /// The command fails with `already_exists`.
    case fail
    /// The customer is changed to what the command has.
    case update
}

extension AnswerSituation: CustomStringConvertible {
    /// A phrase for people.
    package var description: String {
        switch self {
        case .answer(let statuses, .any): Self.text(statuses)
        case .answer(let statuses, let body): "\(Self.text(statuses)), \(body.rawValue)"
        case .proxy(let statuses): "\(Self.text(statuses)) from the proxy, to CONNECT"
        case .noAnswer(let kind): "no answer: \(kind.text)"
        case .lookedUp(let finding): finding.text
        }
    }

    private static func text(_ statuses: [ClosedRange<Int>]) -> String {
        if statuses == [0...Int.max] { return "any other status" }
        return statuses.map { range in
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
        case .made: "found behind a 201, and it agrees"
        case .agreeing: "found, and it agrees"
        case .stub(let policy): "found, a stub of a usage event; api.on_stub: \(policy.rawValue)"
        case .differing(let policy): "found, and it differs; api.on_existing: \(policy.rawValue)"
        case .absentOurs: "not found within 8 s, though the 409 named our external_id"
        case .absentOthers: "not found within 8 s, and the 409 did not name our external_id"
        case .absentForeign: "not found within 8 s, and the 409 was not Flexprice's, or about another customer"
        case .archived: "the remembered customer is archived"
        case .standing: "the remembered customer is not archived"
        case .absentMade: "not found within 8 s, though a 201 had come"
        }
    }
}

extension TransportFailure.Kind {
    fileprivate var text: String {
        switch self {
        case .notConnected: "nothing listens there, or the name does not resolve"
        case .notTrusted: "TLS could not be agreed on"
        case .refusedByProxy: "the proxy gave no tunnel"
        case .notHTTP: "what answers speaks no HTTP"
        case .interrupted: "timeout, or a connection that broke"
        case .tooLong: "longer than an answer about such a command can be"
        case .cancelled: "the worker was stopped hard"
        }
    }
}
