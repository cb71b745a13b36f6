import CustomerContract
import Records

@testable import CommandWorker

/// Flexprice as the worker meets it: unique on external_id, with ids that have a fate and times in which nothing works.
struct SimulatedAPI {
    struct Outage {
        enum Kind: CaseIterable {
            /// `missingRight`: the key may make no customers, and may ask whose it is.
            case unauthorized, forbidden, missingRight, serverError, refused, blackHole
        }

        let span: Range<Duration>
        let kind: Kind
    }

    /// When a request is given up that is not answered.
    static let timeout: Duration = .seconds(30)
    /// What all commands are refused with in ``SimulationProfile/alikeRefusals``.
    static let alike = RefusalSignature(status: 400, code: "validation_error", message: "Tax rate is not active")

    private struct Customer {
        let document: CustomerDocument
        let fingerprint: Fingerprint
    }

    private let profile: SimulationProfile
    private let outages: [Outage]
    private var customers: [ExternalID: Customer] = [:]
    /// When the first request arrived; before that the worker joins its group.
    private(set) var firstRequest: Duration?
    /// Creates that succeeded.
    private(set) var creates: [ExternalID: Int] = [:]

    private let poison: Set<ExternalID>
    /// Ids whose content a firewall stops.
    private let blocked: Set<ExternalID>
    /// Ids that get an answer of which the status says that all commands would.
    private let worst: Set<ExternalID>
    private let refused: Set<ExternalID>
    private let slow: Set<ExternalID>

    init(_ profile: SimulationProfile, random: inout SplitMix64) {
        self.profile = profile
        let drawn = (0..<profile.outages).map { _ in
            let start = profile.faultsEnd * Double.random(in: 0...1, using: &random)
            let end = start + (profile.faultsEnd - start) * Double.random(in: 0...1, using: &random)
            return Outage(span: start..<end, kind: Outage.Kind.allCases.randomElement(using: &random) ?? .refused)
        }
        self.outages = drawn + [profile.certainOutage].compactMap { $0 }
        func some(_ count: Int) -> Set<ExternalID> {
            Set((0..<count).map { _ in SimulatedLog.id(Int.random(in: 0..<profile.ids, using: &random)) })
        }
        self.poison = some(profile.poisonIDs)
        self.blocked = some(profile.blockedIDs)
        self.worst = some(profile.worstIDs)
        self.refused = some(profile.refusedIDs)
        self.slow = some(profile.slowIDs)
        for id in (0..<profile.foreignIDs).map({ _ in SimulatedLog.id(Int.random(in: 0..<profile.ids, using: &random)) }
        ) {
            let isOther = Int.random(in: 0...3, using: &random) == 0
            let body = SimulatedLog.body(of: id.text, isConflict: isOther)
            let position = RecordPosition(topic: "elsewhere", partition: 0, offset: 0)
            let message = KafkaRecord(position: position, value: body)
            if case .command(let command) = SimulatedLog.reader.read(message) { self.make(command) }
        }
        self.creates = [:]
    }

    /// Whether requests of this id fail by themselves, whatever becomes of all others.
    func fails(_ id: ExternalID) -> Bool {
        self.poison.contains(id) || self.blocked.contains(id) || self.worst.contains(id) || self.refused.contains(id)
    }

    /// How long a request of this id takes, at least.
    func slowness(of id: ExternalID) -> Duration { self.slow.contains(id) ? .seconds(20) : .zero }

    /// How long nobody answers a request that arrives now; `nil` when somebody does.
    func hangs(at now: Duration) -> Duration? {
        self.outages.first { $0.span.contains(now) && $0.kind == .blackHole }.map { _ in Self.timeout }
    }

    /// Answers a request that has nothing to do with any command.
    func neutral(at now: Duration) -> NeutralAnswer {
        let fails = self.outages.contains { $0.span.contains(now) && $0.kind != .missingRight }
        return fails ? .failed(reason: "http_500") : .answered
    }

    /// Carries out a request at the moment at which it arrives.
    mutating func create(
        _ command: CreateCustomerCommand,
        at now: Duration,
        random: inout SplitMix64
    ) -> BackendAnswer {
        self.firstRequest = self.firstRequest ?? now
        if let outage = self.outages.first(where: { $0.span.contains(now) }) {
            switch outage.kind {
            case .unauthorized: return .systemic(reason: "unauthorized", message: "401", scope: .allCommands)
            case .forbidden: return .systemic(reason: "forbidden", message: "403", scope: .perhapsOne)
            case .missingRight: return .systemic(reason: "forbidden", message: "403", scope: .unlessServed)
            case .serverError: return Self.passing("http_500")
            case .refused: return Self.passing("not_connected", .unreachable)
            case .blackHole: return Self.passing("unknown_outcome", .silence)
            }
        }
        let faults = now < self.profile.faultsEnd ? self.profile.faults : SimulationProfile.Faults()
        // Long enough to see that a command gives up; not for ever, since a queue that is full of such commands waits
        // for it.
        if let end = self.profile.stuckUntil, now < end, SimulatedLog.isStuck(command.externalID) {
            return Self.passing("http_500", after: .seconds(60))
        }
        let isOver = self.profile.poisonEnd.map { now > $0 } ?? false
        if !isOver, let failure = self.ownFailure(of: command.externalID) { return failure }
        if self.profile.alikeRefusals?.contains(now) == true {
            return .failed(
                CommandFailure(code: .rejected, message: Self.alike.message, httpStatus: 400),
                refusal: Self.alike
            )
        }
        if Double.random(in: 0..<1, using: &random) < faults.transient { return Self.passing("502") }
        if Double.random(in: 0..<1, using: &random) < faults.overload {
            return Self.passing("http_429", .overload, after: .milliseconds(Int.random(in: 0...3_000, using: &random)))
        }
        if Double.random(in: 0..<1, using: &random) < faults.longHold {
            return Self.passing("http_429", .overload, after: .seconds(Int.random(in: 1...600, using: &random)))
        }
        if Double.random(in: 0..<1, using: &random) < faults.ownHold {
            return Self.passing("http_500", after: .seconds(Int.random(in: 1...100_000, using: &random)))
        }
        if self.refused.contains(command.externalID) {
            return .failed(
                CommandFailure(code: .rejected, message: "refused", httpStatus: 400),
                refusal: RefusalSignature(status: 400, code: "validation_error", message: "refused")
            )
        }
        let answer: BackendAnswer
        if let customer = self.customers[command.externalID] {
            if customer.fingerprint == command.fingerprint {
                answer = .created(.existing, customer.document)
            } else {
                answer = .failed(CommandFailure(code: .alreadyExists, message: "differs", httpStatus: 409))
            }
        } else {
            answer = .created(.created, self.make(command))
        }
        return Double.random(in: 0..<1, using: &random) < faults.lostAnswer
            ? Self.passing("unknown_outcome", .silence) : answer
    }

    /// What a request of this id gets whatever the API does with others.
    private func ownFailure(of id: ExternalID) -> BackendAnswer? {
        if self.blocked.contains(id) { return .systemic(reason: "blocked", message: "403", scope: .perhapsOne) }
        if self.worst.contains(id) { return .systemic(reason: "worst", message: "401", scope: .allCommands) }
        return self.poison.contains(id) ? Self.passing("500") : nil
    }

    @discardableResult
    private mutating func make(_ command: CreateCustomerCommand) -> CustomerDocument {
        let document = CustomerDocument(json: Array(#"{"id":"cust_\#(self.customers.count)"}"#.utf8))
        self.customers[command.externalID] = Customer(document: document, fingerprint: command.fingerprint)
        self.creates[command.externalID, default: 0] += 1
        return document
    }

    private static func passing(
        _ reason: String,
        _ sign: PassingFailure.Sign = .none,
        after: Duration? = nil
    ) -> BackendAnswer {
        .transient(
            PassingFailure(
                reason: reason,
                failure: CommandFailure(code: .retriesExhausted, message: reason),
                after: after,
                isInDoubt: sign == .silence,
                sign: sign
            )
        )
    }
}
