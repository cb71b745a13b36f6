import CustomerContract
import JSON
import Kafka
package import Records
import Topics

/// What the cluster remembers of the topic's last job, in the metadata of the job group's first partition.
///
/// JSON in ASCII, since brokers treat metadata as a string, and under their 4,096 bytes.
package struct JobRecord: Sendable, Hashable {
    /// How far a job has come.
    package enum State: String, Sendable, Hashable {
        /// Somebody is at it, or died at it.
        case running
        /// It was stopped on purpose, and the same command goes on with it.
        case paused
        /// It came to its end, or ended itself.
        case ended
    }

    /// How its first letters fared, if it began with a few.
    package enum Canary: Sendable, Hashable {
        /// It has none, or none was sent yet.
        case none
        /// These records stand in the command topic, and their results are awaited.
        case awaited([RecordPosition])
        /// All of them succeeded.
        case passed
    }

    /// The job's name.
    package var id: String
    /// What makes another command the same: selection, destination, mending.
    package var identity: String
    /// The selection in words, shortened.
    package var summary: String
    /// How far it has come.
    package var state: State
    /// Who ran it last.
    package var owner: JobOwner
    /// When it began.
    package var beganAt: UnixMilliseconds
    /// Grows with every sign of life.
    package var beat: Int
    /// How many dead letters it has sent back.
    package var moved: Int
    /// Its first letters.
    package var canary: Canary
    /// The selection's times as they were when it began, since `--since 2h` means another time later on.
    package var since: UnixMilliseconds?
    /// See ``since``.
    package var until: UnixMilliseconds?

    /// The metadata.
    package var encoded: [UInt8] {
        var object = JSONObject()
        object["v"] = .number(JSONNumber(1))
        object["id"] = .string(self.id)
        object["identity"] = .string(self.identity)
        object["summary"] = .string(String(self.summary.ascii.prefix(400)))
        object["state"] = .string(self.state.rawValue)
        object["user"] = .string(String(self.owner.user.ascii.prefix(64)))
        object["host"] = .string(String(self.owner.host.ascii.prefix(255)))
        object["process"] = .number(JSONNumber(Int(self.owner.process)))
        object["began"] = .number(JSONNumber(Int(self.beganAt.value)))
        object["beat"] = .number(JSONNumber(self.beat))
        object["moved"] = .number(JSONNumber(self.moved))
        if let since { object["since"] = .number(JSONNumber(Int(since.value))) }
        if let until { object["until"] = .number(JSONNumber(Int(until.value))) }
        switch self.canary {
        case .none: break
        case .awaited(let positions): object["canary"] = .object(Self.places(positions))
        case .passed: object["canary"] = .string("passed")
        }
        let bytes = JSONWriter.encode(object)
        guard bytes.count > OffsetMetadata.limit else { return bytes }
        // Then a job that is resumed has nothing to wait for, and begins with other first letters.
        object["canary"] = nil
        return JSONWriter.encode(object)
    }

    /// `{"TOPIC":["PARTITION/OFFSET", …]}`: a topic's name may be long.
    private static func places(_ positions: [RecordPosition]) -> JSONObject {
        var object = JSONObject()
        for position in positions {
            let earlier = object[position.topic]?.arrayValue ?? []
            object[position.topic] = .array(earlier + [.string("\(position.partition)/\(position.offset)")])
        }
        return object
    }

    private static func positions(_ places: JSONObject) -> [RecordPosition] {
        places.members.flatMap { member in
            (member.value.arrayValue ?? []).compactMap { place in
                place.stringValue.flatMap { RecordPosition(parsing: "\(member.name)/\($0)") }
            }
        }
    }

    private static let largestCount = 1 << 53

    /// Reads metadata; `nil` for anything that no job wrote.
    package init?(decoding metadata: [UInt8]) {
        guard let object = try? JSONParser.parseObject(metadata), object.integer("v") == 1,
            let id = object["id"]?.stringValue, let identity = object["identity"]?.stringValue,
            let state = object["state"]?.stringValue.flatMap({ State(rawValue: $0) }),
            let user = object["user"]?.stringValue, let host = object["host"]?.stringValue,
            let process = object.integer("process").flatMap({ Int32(exactly: $0) }),
            let began = object.integer("began"), let beat = object.integer("beat"), let moved = object.integer("moved")
        else { return nil }
        self.id = id
        self.identity = identity
        self.summary = object["summary"]?.stringValue ?? ""
        self.state = state
        self.owner = JobOwner(user: user, host: host, process: process)
        self.beganAt = UnixMilliseconds(Int64(began))
        // Counted on from here; anybody can commit metadata for the group.
        self.beat = min(max(beat, 0), Self.largestCount)
        self.moved = min(max(moved, 0), Self.largestCount)
        self.since = object.integer("since").map { UnixMilliseconds(Int64($0)) }
        self.until = object.integer("until").map { UnixMilliseconds(Int64($0)) }
        switch object["canary"] {
        case .object(let places): self.canary = .awaited(Self.positions(places))
        case .string: self.canary = .passed
        default: self.canary = .none
        }
    }

    /// A job that begins.
    package init(
        id: String,
        identity: String,
        summary: String,
        owner: JobOwner,
        beganAt: UnixMilliseconds,
        since: UnixMilliseconds?,
        until: UnixMilliseconds?
    ) {
        self.id = id
        self.identity = identity
        self.summary = summary
        self.state = .running
        self.owner = owner
        self.beganAt = beganAt
        self.beat = 0
        self.moved = 0
        self.canary = .none
        self.since = since
        self.until = until
    }
}

extension String {
    /// The text with `?` for everything that is not printable ASCII.
    var ascii: String {
        String(String.UnicodeScalarView(self.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? $0 : "?" }))
    }
}
