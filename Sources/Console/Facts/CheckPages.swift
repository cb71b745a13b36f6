import HTTPTypes
import Hummingbird
import Operations
import Records
import Synchronization

/// Runs the check, once at a time, and keeps what came of it last.
final class CheckRunner: Sendable {
    struct State: Sendable {
        /// When the one that runs began; `nil` while none runs.
        var beganAt: UnixMilliseconds?
        /// What the last one found, who asked for it, and when it ended.
        var last: (findings: [CheckFinding], by: String, at: UnixMilliseconds)?
    }

    private let check: @Sendable () async -> [CheckFinding]
    private let state = Mutex(State())
    private let orders: AsyncStream<String>
    private let order: AsyncStream<String>.Continuation

    /// - Parameter check: Looks at everything; half a minute at most.
    init(_ check: @escaping @Sendable () async -> [CheckFinding]) {
        self.check = check
        (self.orders, self.order) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var current: State { self.state.withLock(\.self) }

    /// Begins a check, unless one runs already.
    func begin(by user: String) {
        let isFirst = self.state.withLock { state in
            guard state.beganAt == nil else { return false }
            state.beganAt = .now()
            return true
        }
        if isFirst { self.order.yield(user) }
    }

    /// Runs what is asked for, until the task is cancelled.
    func run() async {
        for await user in self.orders {
            let findings = await self.check()
            self.state.withLock { $0 = State(last: (findings, user, .now())) }
        }
    }
}

/// The check of everything that a worker needs, at a click.
struct CheckPages: Sendable {
    let runner: CheckRunner
    let pages: Pages

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/check") { request, context in
            self.pages.page("check", title: "Check", self.content, request, context, live: "/live/check")
        }
        router.get("/live/check") { _, _ in
            try self.pages.live(every: .seconds(1), ["check": "check_report"]) { self.content }
        }
        router.post("/check") { _, context in
            guard let session = context.session else { throw PageError(.forbidden, "log in first") }
            self.runner.begin(by: session.user)
            return Response.seeOther("/check")
        }
    }

    private var content: Content {
        let state = self.runner.current
        var content: Content = [:]
        if let began = state.beganAt { content["running"] = Figures.moment(began) }
        guard let last = state.last else { return content }
        let failed = last.findings.filter { if case .failed = $0.state { true } else { false } }.count
        content["last"] = [
            "by": last.by, "ended": Figures.moment(last.at),
            "kind": failed > 0 ? "bad" : "good",
            "sentence": failed > 0
                ? "\(NumberText.count(failed, "finding")) would keep a worker from its work." : "A worker would run.",
            "findings": last.findings.map { finding -> Content in
                [
                    "subject": finding.subject, "state": finding.state.description.lowercased(),
                    "kind": Self.kind(finding.state), "found": finding.found,
                    "remedy": finding.remedy.isEmpty ? nil : finding.remedy,
                ]
            },
        ]
        return content
    }

    private static func kind(_ state: CheckFinding.State) -> String {
        switch state {
        case .fine: "good"
        case .warning: "warn"
        case .failed: "bad"
        case .skipped: "quiet"
        }
    }
}
