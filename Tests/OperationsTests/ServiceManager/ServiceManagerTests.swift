import Testing

@testable import Operations

@Suite struct ServiceManagerTests {
    @Test func `without a socket there is no manager`() {
        #expect(ServiceManager(environment: [:]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": ""]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": "relative"]) == nil)
        let long = "/" + String(repeating: "x", count: 107)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": long]) == nil)
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "2000000"], Duration.seconds(2)),
        (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "7"], .seconds(2)),
        (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "often"], nil), ([:], nil),
    ])
    func `a watchdog counts when it is meant for this process`(_ environment: [String: String], _ expected: Duration?) {
        let environment = environment.merging(["NOTIFY_SOCKET": "@abstract"]) { $1 }
        #expect(ServiceManager(environment: environment, processID: 7)?.watchdog == expected)
    }

    @Test func `a socket that nobody reads does not disturb`() {
        ServiceManager(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"])?.notify(["READY=1"])
        ServiceManager(environment: ["NOTIFY_SOCKET": "@nobody-listens-here"])?.notify(["READY=1"])
    }
}
