import JSON
import Ledger
import Operations
import Records
import Settings

/// Asks the workers for their slowest commands, when a page wants to know and at most every two seconds for all pages.
actor LaneWatch {
    /// The number of commands that each worker is asked for.
    static let most = 20
    private static let spacing: Duration = .seconds(2)

    private let addresses: [HostAndPort]
    private var asked: ContinuousClock.Instant?
    private var answers: [(worker: String, slowest: [JSONObject])] = []

    init(_ addresses: [HostAndPort]) {
        self.addresses = addresses
    }

    /// What the workers said last, not older than two seconds.
    func slowest() async -> [(worker: String, slowest: [JSONObject])] {
        let now = ContinuousClock.now
        // Who comes while the workers are being asked gets what is known.
        if let asked, now - asked < Self.spacing { return self.answers }
        self.asked = now
        let commands = await self.addresses.concurrently { address -> [JSONObject] in
            let answer = await AdminClient(address).look(slowest: Self.most, within: FleetWatch.answerTimeout)
            guard case .status(let status) = answer else { return [] }
            return status.objects("slowest")
        }
        self.answers = zip(self.addresses, commands).map { ("\($0)", $1) }
        return self.answers
    }
}

/// The pauses that the ledger keeps, looked up at most every two seconds for all pages.
actor PauseWatch {
    private static let spacing: Duration = .seconds(2)

    private let settings: Settings
    private var store: PauseStore?
    private var asked: ContinuousClock.Instant?
    private var known: [Pause] = []

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// Those that are in effect; none where there is no ledger yet, as before the first start of a worker, and the last
    /// ones that were known while it does not answer.
    func current(at now: UnixMilliseconds) async -> [Pause] {
        if self.asked.map({ $0 + Self.spacing < .now }) ?? true {
            self.asked = .now
            do {
                self.known = try await self.open().current(at: nil)
            } catch {
                self.store = nil
            }
        }
        return self.known.filter { !$0.isOver(at: now) }
    }

    /// Changes them; the next look sees it.
    ///
    /// - Throws: ``StartFailure`` when there is no ledger, `LedgerError`, or what `body` throws.
    func change(_ body: @Sendable (PauseStore) async throws -> Void) async throws {
        try await body(try await self.open())
        self.asked = nil
    }

    private func open() async throws -> PauseStore {
        if let store { return store }
        let opened = try await PauseStore(self.settings)
        self.store = opened
        return opened
    }
}
