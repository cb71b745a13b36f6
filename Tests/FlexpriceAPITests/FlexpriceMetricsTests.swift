import CoreMetrics
import Synchronization
import Testing

@testable import FlexpriceAPI

@Suite struct FlexpriceMetricsTests {
    @Test(arguments: [
        (201, "201"), (503, "503"), (418, "4xx"), (299, "2xx"), (599, "5xx"), (600, "other"), (0, "other"),
        (-7, "other"),
    ])
    func `a status that nobody knows of the API is counted by its class`(_ status: Int, _ label: String) {
        let counters = CountingFactory()
        FlexpriceMetrics(factory: counters).record(.answered(HTTPAnswer(status: status, body: [])), .seconds(1))
        #expect(counters.counts == ["status=\(label)": 1, "duration": 1])
    }

    @Test(arguments: [
        (TransportFailure.notConnected("x"), "not_connected"), (.notTrusted("x"), "not_trusted"),
        (.interrupted("x"), "interrupted"), (.tooLong, "answer_too_long"), (.cancelled, "cancelled"),
    ])
    func `a request without an answer is counted by what kept it from one`(_ failure: TransportFailure, _ label: String)
    {
        let counters = CountingFactory()
        FlexpriceMetrics(factory: counters).record(.unanswered(failure), .seconds(1))
        #expect(counters.counts == ["status=\(label)": 1, "duration": 1])
    }
}

/// Counts what is recorded, by labels.
private final class CountingFactory: MetricsFactory {
    private let stored = Mutex<[String: Int]>([:])

    var counts: [String: Int] { self.stored.withLock { $0 } }

    private final class Handler: CounterHandler, TimerHandler {
        let factory: CountingFactory
        let name: String

        init(_ factory: CountingFactory, _ name: String) {
            self.factory = factory
            self.name = name
        }

        func increment(by amount: Int64) { self.factory.stored.withLock { $0[self.name, default: 0] += Int(amount) } }
        func reset() {}
        func recordNanoseconds(_ duration: Int64) { self.factory.stored.withLock { $0[self.name, default: 0] += 1 } }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(self, dimensions.map { "\($0)=\($1)" }.joined(separator: ","))
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { Handler(self, "duration") }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
}
