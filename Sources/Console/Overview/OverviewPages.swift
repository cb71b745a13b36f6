import Hummingbird
import JSON
import Operations
import Records
import Synchronization

/// All workers side by side, the charts of their numbers, and what happened to them.
struct OverviewPages: Sendable {
    let fleet: FleetWatch
    let history: History
    let pages: Pages
    let group: String

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/") { request, context in
            let span = Form(queryOf: request)["span"] == "24h" ? "24h" : "15m"
            var content = self.content
            content["span"] = span
            content["spans"] = [("15m", "15 minutes"), ("24h", "24 hours")].map { name, label -> Content in
                ["href": "/?span=\(name)", "label": label, "current": name == span]
            }
            return self.pages.page("overview", title: "Overview", content, request, context, live: "/live/overview")
        }
        router.get("/live/overview") { _, _ in
            let parts = ["group": "group", "workers": "workers", "timeline": "timeline"]
            // The look at the workers that was sent last.
            let last = Mutex<UnixMilliseconds?>(nil)
            return try self.pages.live(every: .seconds(1), parts) {
                let now = self.fleet.view.askedAt
                let isNew = last.withLock { last in
                    defer { last = now }
                    return now != nil && now != last
                }
                return isNew ? self.content : nil
            }
        }
        router.get("/data/history") { request, _ in
            let span = Form(queryOf: request)["span"] == "24h" ? History.Span.day : .quarterHour
            return Response.json(.object(self.history.charts(span)))
        }
        router.get("/data/workers") { _, _ in
            let workers = self.fleet.view.workers.map { worker in
                JSONValue.members([
                    "address": .string("\(worker.address)"),
                    "status": worker.status.map { .object($0) } ?? .null, "silence": .text(worker.silence),
                ])
            }
            return Response.json(.array(workers))
        }
    }

    private var content: Content {
        let view = self.fleet.view
        let now = UnixMilliseconds.now()
        return [
            "group": self.group(view), "workers": view.workers.map { Self.card($0, now: now) },
            "events": self.history.events.prefix(50).map { Self.line($0) },
        ]
    }

    private func group(_ view: FleetView) -> Content {
        let answering = view.workers.filter { $0.status != nil }
        let ready = view.workers.count { $0.isReady == true }
        func sum(_ name: String) -> Double? {
            let numbers = answering.compactMap { $0.number(name) }
            return numbers.isEmpty ? nil : numbers.reduce(0, +)
        }
        let sentence: String =
            if view.askedAt == nil {
                "The workers are being asked."
            } else if answering.isEmpty {
                "No worker answers."
            } else if ready == view.workers.count {
                ready == 1 ? "The worker is ready." : "All \(ready) workers are ready."
            } else {
                "\(ready) of \(view.workers.count) workers are ready."
            }
        return [
            "name": self.group, "sentence": sentence, "ready": "\(ready) of \(view.workers.count)",
            "kind": ready == view.workers.count ? "good" : ready > 0 ? "warn" : "bad",
            "rate": Figures.rate(sum("rate_per_second")).map { "\($0)/s" },
            "p99": Figures.time(answering.compactMap { $0.number("latency_seconds", "p99") }.max()),
            "lag": Figures.count(sum("lag")), "inFlight": Figures.count(sum("in_flight")),
            "oldest": Figures.time(answering.compactMap { $0.number("oldest_unfinished_seconds") }.max()),
        ]
    }

    private static func card(_ worker: FleetView.Worker, now: UnixMilliseconds) -> Content {
        guard let status = worker.status else {
            return [
                "address": "\(worker.address)", "badge": "no answer", "kind": "bad", "answers": false,
                "why": worker.silence.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." } ?? "Not asked yet.",
                "seen": worker.answeredAt.map { Figures.moment($0, now: now) },
            ]
        }
        let isReady = worker.isReady == true
        return [
            "address": "\(worker.address)", "badge": isReady ? "ready" : "not ready", "kind": isReady ? "good" : "bad",
            "why": WhyAnswer(status).sentence, "answers": true, "version": status.string("version"),
            "uptime": worker.number("uptime_seconds").map { Figures.age(Int($0)) },
            "rate": Figures.rate(worker.number("rate_per_second")).map { "\($0)/s" },
            "p50": Figures.time(worker.number("latency_seconds", "p50")),
            "p99": Figures.time(worker.number("latency_seconds", "p99")), "lag": Figures.count(worker.number("lag")),
            "inFlight": Figures.count(worker.number("in_flight")),
            "oldest": Figures.time(worker.number("oldest_unfinished_seconds")),
        ]
    }

    private static func line(_ event: FleetEvent) -> Content {
        [
            "at": event.at.description, "clock": Figures.clock(event.at), "worker": event.worker,
            "word": event.kind.rawValue, "kind": event.isBad ? "bad" : "quiet", "sentence": event.text,
        ]
    }
}
