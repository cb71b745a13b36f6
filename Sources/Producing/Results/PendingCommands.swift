import CustomerContract
import Records

/// The commands that were sent and have no result yet; some 50 bytes each.
///
/// Rows that say the same share an id. Each of them is a command of its own with a result of its own, told apart by the
/// command's position; that is remembered for such ids alone. A result that comes again, as it may with
/// `at_least_once`, and one of another sender's command are passed over.
struct PendingCommands: Sendable {
    private var places: [CommandDigest: RowPlace] = [:]
    /// Rows with an id that waits already.
    private var others: [CommandDigest: [RowPlace]] = [:]
    private var answered: [CommandDigest: Set<RecordPosition>] = [:]
    private(set) var count = 0

    /// A command is about to be sent; before that, or its result might come first.
    mutating func expect(_ id: CommandID, at place: RowPlace) {
        self.count += 1
        let digest = CommandDigest(id)
        guard self.places[digest] != nil else {
            self.places[digest] = place
            return
        }
        self.others[digest, default: []].append(place)
        if self.answered[digest] == nil { self.answered[digest] = [] }
    }

    /// A command was not sent after all.
    mutating func forget(_ id: CommandID, at place: RowPlace) {
        let digest = CommandDigest(id)
        if let index = self.others[digest]?.lastIndex(where: { $0.offset == place.offset }) {
            self.others[digest]?.remove(at: index)
        } else if self.places[digest]?.offset == place.offset {
            self.promote(digest)
        } else {
            return
        }
        self.count -= 1
    }

    func isExpected(_ id: CommandID) -> Bool { self.places[CommandDigest(id)] != nil }

    /// Takes a result; the row that it answers, or `nil` when it answers none that waits.
    mutating func answer(_ id: CommandID, command: RecordPosition?) -> RowPlace? {
        let digest = CommandDigest(id)
        guard let place = self.places[digest] else { return nil }
        if let command, let isNew = self.answered[digest]?.insert(command).inserted, !isNew { return nil }
        self.promote(digest)
        self.count -= 1
        return place
    }

    /// The rows that wait, in their order, at most `limit`.
    func first(_ limit: Int) -> [RowPlace] {
        let all = Array(self.places.values) + self.others.values.joined()
        return Array(all.sorted { $0.number < $1.number }.prefix(limit))
    }

    /// The next row of an id takes the place of the first.
    private mutating func promote(_ digest: CommandDigest) {
        guard var others = self.others[digest], !others.isEmpty else {
            self.places[digest] = nil
            self.others[digest] = nil
            self.answered[digest] = nil
            return
        }
        self.places[digest] = others.removeFirst()
        self.others[digest] = others
    }
}

/// What to do while no result comes: wait, look again from further back, or give up.
///
/// 1. It is given up when no result has come for the time that was allowed, and not before.
/// 2. Looking again costs a reading of what is there already, so it is done after 5 s of silence, and each time after
///    twice as long and from four times as far back: in 20 minutes at most eight times.
struct ResultPatience {
    enum Step: Hashable {
        case wait
        /// From this number of records before the first place on, in each partition.
        case lookAgain(records: Int64)
        case giveUp
    }

    private let limit: Duration
    private var lastResult = Duration.zero
    private var silence = Duration.seconds(5)
    private var distance: Int64 = 1_000

    /// - Parameter limit: how long no result may come.
    init(limit: Duration) {
        self.limit = limit
    }

    /// Results came, or they were not waited for until now.
    mutating func answered(at now: Duration) { self.lastResult = now }

    mutating func step(at now: Duration) -> Step {
        if now - self.lastResult >= self.limit { return .giveUp }
        guard now - self.lastResult >= self.silence else { return .wait }
        defer {
            self.silence *= 2
            self.distance *= 4
        }
        return .lookAgain(records: self.distance)
    }
}
