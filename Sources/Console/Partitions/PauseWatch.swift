import Ledger
import Operations
import Records
import Settings

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
