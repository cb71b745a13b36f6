import Testing

@testable import CommandWorker

@Suite struct AdaptiveLimitTests {
    /// A server that serves so many requests at once, each in so much time; the others wait, and beyond a queue are
    /// refused.
    private struct Server {
        var places: Int
        var latency: Duration
        var queue = Int.max
    }

    private struct World {
        let limit: Int
        let served: Int
        let refusals: Int
    }

    /// Keeps as many requests under way as the limit allows, for so much time.
    ///
    /// Every request takes the same time at the server, so places come free, and answers come, in the order of the
    /// requests.
    private static func run(
        _ limit: inout AdaptiveLimit,
        _ server: Server,
        from start: Duration = .zero,
        for span: Duration
    ) -> World {
        var now = start
        var free = Array(repeating: start, count: server.places)
        var accepted: [(sent: Duration, done: Duration)] = []
        var refused: [(sent: Duration, done: Duration)] = []
        var (sent, served, refusals) = (0, 0, 0)
        while now < start + span {
            while accepted.count - served + refused.count - refusals < limit.limit {
                if accepted.count - served - server.places >= server.queue {
                    refused.append((now, now + .milliseconds(1)))
                    continue
                }
                let place = sent % server.places
                free[place] = max(free[place], now) + server.latency
                accepted.append((now, free[place]))
                sent += 1
            }
            let others = accepted.count - served + refused.count - refusals
            let next = served < accepted.count ? accepted[served] : nil
            if refusals < refused.count, next.map({ refused[refusals].done < $0.done }) ?? true {
                now = max(now, refused[refusals].done)
                limit.refused(sentAt: refused[refusals].sent, at: now)
                refusals += 1
            } else if let next {
                now = max(now, next.done)
                limit.answered(sentAt: next.sent, underWay: others, at: now)
                served += 1
            }
        }
        return World(limit: limit.limit, served: served, refusals: refusals)
    }

    @Test(arguments: [(10, 10), (100, 20), (64, 100), (500, 50), (2, 30)])
    func `it finds what a server can do: all of its places are used, and its queue stays short`(
        places: Int,
        latency: Int
    ) {
        var limit = AdaptiveLimit()
        let server = Server(places: places, latency: .milliseconds(latency))
        _ = Self.run(&limit, server, for: .seconds(20))
        let world = Self.run(&limit, server, from: .seconds(20), for: .seconds(20))
        let ideal = 20_000 / latency * places
        #expect(Double(world.served) >= 0.9 * Double(ideal))
        #expect(world.limit <= places * 3 + 4)
    }

    @Test func `it backs off when it is refused, and comes back when it no longer is`() {
        var limit = AdaptiveLimit()
        let wide = Server(places: 200, latency: .milliseconds(20))
        let before = Self.run(&limit, wide, for: .seconds(30)).limit
        let narrow = Server(places: 10, latency: .milliseconds(20), queue: 5)
        let world = Self.run(&limit, narrow, from: .seconds(30), for: .seconds(30))
        #expect(world.limit <= 20)
        #expect(Double(world.served) >= 0.7 * 30 / 0.02 * 10)
        #expect(world.refusals < world.served / 4)
        let after = Self.run(&limit, wide, from: .seconds(60), for: .seconds(60)).limit
        #expect(after * 2 >= before)
    }

    @Test func `it stays within its bounds and never shrinks twice in one round, whatever comes`() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<300 {
            var limit = AdaptiveLimit()
            var now = Duration.zero
            for _ in 0..<400 {
                now += .milliseconds(Int.random(in: 0...50, using: &random))
                let sent = max(.zero, now - .milliseconds(Int.random(in: 0...5_000, using: &random)))
                let before = limit.limit
                if Bool.random(using: &random) {
                    limit.refused(sentAt: sent, at: now)
                } else {
                    limit.answered(sentAt: sent, underWay: Int.random(in: 1...20_000, using: &random), at: now)
                }
                #expect(AdaptiveLimit.bounds.contains(limit.limit))
                #expect(limit.limit >= before / 2 && limit.limit <= before + 1)
            }
            let settled = limit.limit
            limit.refused(sentAt: now, at: now)
            let once = limit.limit
            limit.refused(sentAt: now - .milliseconds(1), at: now + .seconds(1))
            #expect(limit.limit == once)
            #expect(once >= settled / 2)
        }
    }

    @Test func `a limit that is not used does not grow`() {
        var limit = AdaptiveLimit()
        let before = limit.limit
        for turn in 0..<1_000 {
            let now = Duration.milliseconds(20 * turn + 10)
            limit.answered(sentAt: now - .milliseconds(10), underWay: 1, at: now)
        }
        #expect(limit.limit == before)
    }

    @Test func `another distance is learned: what is slow today may be usual tomorrow`() {
        var limit = AdaptiveLimit()
        _ = Self.run(&limit, Server(places: 50, latency: .milliseconds(10)), for: .seconds(30))
        let far = Server(places: 50, latency: .milliseconds(150))
        _ = Self.run(&limit, far, from: .seconds(30), for: .seconds(90))
        let world = Self.run(&limit, far, from: .seconds(120), for: .seconds(30))
        #expect(Double(world.served) >= 0.8 * 30 / 0.15 * 50)
    }
}
