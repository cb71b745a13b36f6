import JSON
import Operations
import Records
import Settings

/// Asks the workers for their slowest commands, when a page wants to know and at most every two seconds for all pages.
actor LaneWatch {
    /// The number of commands that each worker is asked for.
    static let most = 20
    private static let spacing: Duration = .seconds(2)

    private let addresses: [HostAndPort]
    private var asked: ContinuousClock.Instant?
    private var answers: [(worker: String, slowest: [JSONObject])] = []

    init(_ addresses: [HostAndPort]) {
        self.addresses = addresses
    }

    /// What the workers said last, not older than two seconds.
    func slowest() async -> [(worker: String, slowest: [JSONObject])] {
        let now = ContinuousClock.now
        // Who comes while the workers are being asked gets what is known.
        if let asked, now - asked < Self.spacing { return self.answers }
        self.asked = now
        self.answers = await withTaskGroup(of: (Int, [JSONObject]).self) { group in
            for (index, address) in self.addresses.enumerated() {
                group.addTask {
                    let answer = await AdminClient(address).look(slowest: Self.most, within: FleetWatch.answerTimeout)
                    guard case .status(let status) = answer else { return (index, []) }
                    return (index, (status["slowest"]?.arrayValue ?? []).compactMap(\.objectValue))
                }
            }
            var found = [[JSONObject]](repeating: [], count: self.addresses.count)
            for await (index, commands) in group { found[index] = commands }
            return zip(self.addresses, found).map { ("\($0)", $1) }
        }
        return self.answers
    }
}
