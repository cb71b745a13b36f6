import FlexpriceAPI
import Foundation
import Glibc
package import JSON
package import Settings

/// Asks a running worker's admin endpoint.
package struct AdminClient: Sendable {
    private let address: HostAndPort

    package init(_ address: HostAndPort) {
        self.address = address
    }

    /// Asks for `/status`, whoever may answer.
    ///
    /// - Parameters:
    ///   - externalID: whose commands in flight are told too.
    ///   - slowest: how many of the slowest commands in flight are told too, up to 100.
    func ask(about externalID: String?, slowest: Int? = nil, within limit: Duration) async -> Exchange {
        var questions = externalID.map { ["external_id=\(HTTPTransport.percentEncoded($0))"] } ?? []
        if let slowest { questions.append("slowest=\(slowest)") }
        let query = questions.isEmpty ? "" : "?" + questions.joined(separator: "&")
        return await HTTPTransport.get("http://\(self.address)/status\(query)", upTo: 16 << 20, within: limit)
    }

    /// What comes of a question.
    package enum Answer: Sendable {
        /// What `/status` says.
        case status(JSONObject)
        /// No answer, or none of a worker; a sentence without its end says which, and where.
        case silence(String)
    }

    /// What `/status` says, or why it says nothing.
    package func look(
        for externalID: String? = nil,
        slowest: Int? = nil,
        within limit: Duration = .seconds(5)
    ) async -> Answer {
        func strange(_ what: String) -> Answer {
            .silence("what answers at \(self.address) is no customer-worker (\(what))")
        }
        switch await self.ask(about: externalID, slowest: slowest, within: limit) {
        case .answered(let answer) where answer.status != 200: return strange("status \(answer.status)")
        case .answered(let answer):
            return Self.status(in: answer).map { .status($0) } ?? strange("no status of a worker")
        case .unanswered(let failure): return .silence("no worker answers at \(self.address) (\(failure.text))")
        }
    }

    /// The status that a worker answered with; `nil` for what answers and is no worker.
    static func status(in answer: HTTPAnswer) -> JSONObject? {
        guard answer.status == 200, let status = try? JSONParser.parseObject(answer.body), status["version"] != nil
        else { return nil }
        return status
    }

    /// What `/status` says.
    ///
    /// - Throws: ``StartFailure`` 69 when no answer comes, or something else than a worker answers.
    package func status(of externalID: String? = nil, slowest: Int? = nil) async throws(StartFailure) -> JSONObject {
        switch await self.look(for: externalID, slowest: slowest) {
        case .status(let status): return status
        case .silence(let sentence):
            throw StartFailure(.unavailable, "\(sentence); start it, or name its admin.listen with --address")
        }
    }
}

extension AdminClient {
    /// Lets the worker read its settings again, and waits for what comes of it.
    ///
    /// The request is a HUP, as an operator sends it; the answer is in `/status`, whose count of reloads grows.
    ///
    /// - Parameter processID: the worker's; `nil` for the one that `/status` names.
    /// - Returns: the object `reload` of `/status`.
    /// - Throws: ``StartFailure`` 69 when no worker answers in time, 77 when the signal is not permitted. The signal is
    ///   sent even if no worker answers, as long as its process is known.
    package func reload(_ processID: Int32?, within limit: Duration) async throws(StartFailure) -> JSONObject {
        let before: JSONObject
        do throws(StartFailure) {
            before = try await self.status()
        } catch {
            if let processID { try Self.hangUp(processID) }
            throw StartFailure(error.status, "the outcome of the reload is not known: \(error.description)")
        }
        guard let processID = processID ?? before.integer("pid").map({ Int32(clamping: $0) }) else {
            throw StartFailure(.unavailable, "the worker does not say which process it is; name it with --pid")
        }
        try Self.hangUp(processID)
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(100))
            let reload = try await self.status().object("reload")
            let count = before.object("reload")?.integer("count") ?? 0
            if let reload, reload.integer("count") ?? 0 > count { return reload }
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
        throw errno == EPERM
            ? StartFailure(.notPermitted, "process \(processID) may not be signalled by this user; run as root")
            : StartFailure(.unavailable, "there is no process \(processID)")
    }

    /// The name of a process's program, at most 15 bytes; `nil` when there is no such process (proc(5), «comm»).
    private static func program(of process: String) -> String? {
        let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
        return name?.trimmingCharacters(in: .newlines)
    }
}
