import Foundation
import Glibc
package import JSON

/// Asks a running worker to read its settings again, and waits for what came of it.
///
/// The request is a HUP, as an operator sends it; the answer is in `/status`, whose count of reloads grows.
package struct ReloadRequest: Sendable {
    /// Between two looks at `/status`.
    private static let spacing: Duration = .milliseconds(100)

    private let client: AdminClient
    private let processID: Int32?

    /// - Parameters:
    ///   - client: where the worker is asked.
    ///   - processID: the worker's; `nil` for the one that `/status` names.
    package init(_ client: AdminClient, processID: Int32?) {
        self.client = client
        self.processID = processID
    }

    /// Sends the signal and waits.
    ///
    /// - Returns: the object `reload` of `/status`.
    /// - Throws: ``StartFailure`` 69 when no worker answers in time, 77 when the signal is not permitted. The signal is
    ///   sent even if no worker answers, as long as its process is known.
    package func run(within limit: Duration) async throws(StartFailure) -> JSONObject {
        let before: JSONObject
        do throws(StartFailure) {
            before = try await self.client.status()
        } catch {
            if let processID { try Self.hangUp(processID) }
            throw StartFailure(error.status, "the outcome of the reload is not known: \(error.description)")
        }
        guard let processID = self.processID ?? before.integer("pid").map({ Int32(clamping: $0) }) else {
            throw StartFailure(.unavailable, "the worker does not say which process it is; name it with --pid")
        }
        try Self.hangUp(processID)
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            try? await Task.sleep(for: Self.spacing)
            let reload = try await self.client.status()["reload"]?.objectValue
            if let reload, reload.integer("count") ?? 0 > before["reload"]?.objectValue?.integer("count") ?? 0 {
                return reload
            }
        }
        let seconds = limit.wholeSeconds
        throw StartFailure(.unavailable, "the worker has not read its settings again within \(seconds) s; see its log")
    }

    /// Sends the signal alone, for a worker whose address is not known.
    ///
    /// - Throws: ``StartFailure`` 69 when there is no such process, or when it is another program's, which the signal
    ///   would end; 77 when it is not permitted.
    package static func hangUp(_ processID: Int32) throws(StartFailure) {
        if let name = Self.program(of: "\(processID)"), let own = Self.program(of: "self"), name != own {
            throw StartFailure(.unavailable, "process \(processID) is \(name) and no \(own); it was not signalled")
        }
        guard kill(processID, SIGHUP) != 0 else { return }
        let code = errno
        throw code == EPERM
            ? StartFailure(.notPermitted, "process \(processID) may not be signalled by this user; run as root")
            : StartFailure(.unavailable, "there is no process \(processID)")
    }
}

extension ReloadRequest {
    /// The name of a process's program, at most 15 bytes; `nil` when there is no such process (proc(5), «comm»).
    private static func program(of process: String) -> String? {
        guard let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8) else { return nil }
        return name.trimmingCharacters(in: .newlines)
    }
}

extension JSONObject {
    fileprivate func integer(_ name: String) -> Int? {
        guard case .number(let number)? = self[name] else { return nil }
        return number.integerValue
    }
}
