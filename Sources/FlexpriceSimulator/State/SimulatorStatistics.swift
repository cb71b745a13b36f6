/// What the simulator counted since it started or was cleared.
package struct SimulatorStatistics: Sendable, Codable {
    /// Requests received, the administration's own left out.
    package internal(set) var requests = 0
    /// Requests by the name of their route.
    package internal(set) var requestsByRoute: [String: Int] = [:]
    /// Answers by HTTP status; 0 counts connections that were closed without an answer.
    package internal(set) var answersByStatus: [Int: Int] = [:]
    /// Faults that took effect, by name.
    package internal(set) var faults: [String: Int] = [:]
    /// Requests that are being answered at this moment.
    package internal(set) var inFlight = 0
    /// The most requests that were in flight at one time.
    package internal(set) var peakInFlight = 0
    /// Customers that clients created, stubs left out.
    package internal(set) var customersCreated = 0
    /// Creates that met a published customer of their id.
    package internal(set) var duplicates = 0

    private enum CodingKeys: String, CodingKey {
        case requests
        case requestsByRoute = "requests_by_route"
        case answersByStatus = "answers_by_status"
        case faults
        case inFlight = "in_flight"
        case peakInFlight = "peak_in_flight"
        case customersCreated = "customers_created"
        case duplicates
    }
}
