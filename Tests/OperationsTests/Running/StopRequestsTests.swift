import Testing

@testable import Operations

@Suite struct StopRequestsTests {
    private let start = ContinuousClock.now

    @Test func `the same signal within a second of the first is the same request, later it is a second one`() {
        var requests = StopRequests()
        #expect(requests.take(.terminate, at: self.start) == .first)
        #expect(requests.take(.terminate, at: self.start + .milliseconds(3)) == .repeated)
        #expect(requests.take(.terminate, at: self.start + .milliseconds(999)) == .repeated)
        #expect(requests.take(.terminate, at: self.start + .seconds(1)) == .second)
    }

    @Test func `another signal is a second request at once`() {
        var requests = StopRequests()
        #expect(requests.take(.interrupt, at: self.start) == .first)
        #expect(requests.take(.terminate, at: self.start + .milliseconds(3)) == .second)
    }
}
