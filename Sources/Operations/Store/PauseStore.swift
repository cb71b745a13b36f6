import CommandWorker
import JSON
package import Ledger
package import Records
package import Redrive
package import Settings

/// The pauses of one group in the ledger of the settings.
package struct PauseStore: Sendable {
    private let ledger: any Ledger
    private let group: String

    /// Opens the ledger.
    ///
    /// - Throws: ``StartFailure`` 78 when it is in the worker's memory, 69 when there is none that a worker could look
    ///   into.
    package init(_ settings: Settings) async throws(StartFailure) {
        if case .sqlite(":memory:") = settings.store {
            throw StartFailure(.configuration, "store.url is in the worker's memory, where nothing can be paused")
        }
        self.ledger = try await WorkerAssembly.existingLedger(settings.store)
        self.group = settings.worker.group
    }

    /// Begins a pause of each scope; one of the same scope is replaced.
    ///
    /// - Parameters:
    ///   - reason: why, for those who find it; may be empty.
    ///   - owner: who pauses.
    ///   - time: after which it ends by itself; `nil` for none.
    package func begin(
        _ scopes: [Pause.Scope],
        reason: String,
        by owner: JobRecord.Owner,
        for time: Duration?,
        at now: UnixMilliseconds
    ) async throws(LedgerError) {
        for scope in scopes {
            let pause = Pause(
                group: self.group,
                scope: scope,
                reason: reason,
                author: "\(owner.user)@\(owner.host)",
                beganAt: now,
                endsAt: time.map { now.advanced(by: $0) }
            )
            try await self.ledger.keep(pause)
        }
    }

    /// Ends the pauses of some scopes, or all that there are.
    ///
    /// - Parameter scopes: `nil` for all.
    /// - Returns: The number of those that were in effect; one that was over is taken away too, and does not count.
    package func end(_ scopes: [Pause.Scope]?, at now: UnixMilliseconds) async throws(LedgerError) -> Int {
        let current = Set(try await self.current(at: now).map(\.scope))
        let kept = try await self.current(at: nil).map(\.scope)
        var ended = 0
        for scope in scopes ?? kept {
            if try await self.ledger.endPause(scope, of: self.group), current.contains(scope) { ended += 1 }
        }
        return ended
    }

    /// Those of the group that are in effect at a moment; all that are kept without one.
    package func current(at moment: UnixMilliseconds?) async throws(LedgerError) -> [Pause] {
        try await self.ledger.pauses().filter { pause in
            pause.group == self.group && !(moment.map { pause.isOver(at: $0) } ?? false)
        }
    }
}

extension [Pause] {
    /// A table for people.
    package func text(width: Int?) -> String {
        guard !self.isEmpty else { return "Nothing is paused.\n" }
        var table = TextTable(columns: ["scope", "value", "since", "until", "by", "reason"])
        for pause in self {
            let (kind, value) = pause.scope.parts
            table.append([
                kind, value.isEmpty ? "-" : value.printable, pause.beganAt.description,
                pause.endsAt?.description ?? "resumed", pause.author.printable,
                pause.reason.isEmpty ? "-" : pause.reason.printable,
            ])
        }
        return table.text(width: width)
    }

    /// For scripts.
    package var json: String { JSONObject(["pauses": .array(self.map { .pause($0) })]).line }
}
