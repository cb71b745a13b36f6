import Glibc
import JSON
import Kafka
package import Records
import Topics

/// What the cluster remembers of the topic's last job, in the metadata of the job group's first partition.
///
/// JSON in ASCII, since brokers treat metadata as a string, and under their 4,096 bytes.
package struct JobRecord: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        /// A process runs it, or died running it.
        case running
        /// It was stopped deliberately, and the same command resumes it.
        case paused
        /// It came to its end, or ended itself.
        case ended
    }

    /// The state of its canary, the first letters whose results decide whether the others follow.
    package enum Canary: Sendable, Hashable {
        /// It has none, or none was sent yet.
        case none
        /// These records are in the command topic, and their results are awaited.
        case awaited([RecordPosition])
        /// All of them succeeded.
        case passed
    }

    package var id: String
    /// What makes another command the same; see ``RedriveRequest/identity``.
    package var identity: String
    /// The selection in words, shortened.
    package var summary: String
    package var state = State.running
    /// The process that ran it last.
    package var owner: Owner
    package var beganAt: UnixMilliseconds
    /// Grows with every sign of life.
    package var beat = 0
    /// The number of dead letters that it has sent back.
    package var moved = 0
    package var canary = Canary.none
    /// The selection's times as they were when it began, since `--since 2h` means another time later.
    package var since: UnixMilliseconds?
    package var until: UnixMilliseconds?

    /// The name of a job that begins.
    static func name(of identity: String, at now: UnixMilliseconds) -> String {
        "\(String(now.value, radix: 36))-\(identity.prefix(6))"
    }
}

extension JobRecord {
    /// The metadata.
    package var encoded: [UInt8] {
        var object = JSONObject(filled: [
            "v": .integer(1), "id": .string(self.id), "identity": .string(self.identity),
            "summary": .string(String(self.summary.ascii.prefix(400))), "state": .string(self.state.rawValue),
            "user": .string(String(self.owner.user.ascii.prefix(64))),
            "host": .string(String(self.owner.host.ascii.prefix(255))), "process": .integer(self.owner.process),
            "began": .integer(self.beganAt.value), "beat": .integer(self.beat), "moved": .integer(self.moved),
            "since": self.since.map { .integer($0.value) }, "until": self.until.map { .integer($0.value) },
        ])
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

    /// Reads metadata; `nil` for anything that no job wrote.
    package init?(decoding metadata: [UInt8]) {
        guard let object = try? JSONParser.parseObject(metadata), object.integer("v") == 1,
            let id = object["id"]?.stringValue, let identity = object["identity"]?.stringValue,
            let state = object["state"]?.stringValue.flatMap({ State(rawValue: $0) }),
            let user = object["user"]?.stringValue, let host = object["host"]?.stringValue,
            let process = object.integer("process").flatMap({ Int32(exactly: $0) }),
            let began = object.integer("began"), let beat = object.integer("beat"), let moved = object.integer("moved")
        else { return nil }
        let canary: Canary =
            switch object["canary"] {
            case .object(let places): .awaited(Self.positions(places))
            case .string: .passed
            default: .none
            }
        self.init(
            id: id,
            identity: identity,
            summary: object["summary"]?.stringValue ?? "",
            state: state,
            owner: Owner(user: user, host: host, process: process),
            beganAt: UnixMilliseconds(Int64(began)),
            // Bounded, since they are counted on from here, and anybody can commit metadata for the group.
            beat: min(max(beat, 0), 1 << 53),
            moved: min(max(moved, 0), 1 << 53),
            canary: canary,
            since: object.integer("since").map { UnixMilliseconds(Int64($0)) },
            until: object.integer("until").map { UnixMilliseconds(Int64($0)) }
        )
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
}

extension JobRecord {
    /// The process that runs a job: enough to name it to the next one, and to see on the same host whether it still
    /// exists.
    package struct Owner: Sendable, Hashable, CustomStringConvertible {
        /// The user's name, or number.
        package let user: String
        package let host: String
        package let process: Int32

        package init(user: String, host: String, process: Int32) {
            self.user = user
            self.host = host
            self.process = process
        }

        package static func current() -> Owner {
            var name = [CChar](repeating: 0, count: 256)
            gethostname(&name, name.count - 1)
            let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let user = getpwuid(geteuid())?.pointee.pw_name.map { String(cString: $0) }
            return Owner(user: user ?? "\(geteuid())", host: host, process: getpid())
        }

        /// `USER@HOST (process N)`.
        package var description: String { "\(self.user)@\(self.host) (process \(self.process))" }

        /// Whether the process is certainly gone: it ran on this host, and no process has its id.
        ///
        /// An id that is in use again proves nothing, and neither does another host.
        package func isGone(seenFrom other: Owner) -> Bool {
            guard self.host == other.host else { return false }
            // This process has the id, so its former holder ended.
            if self.process == other.process { return true }
            return kill(self.process, 0) == -1 && errno == ESRCH
        }
    }
}

extension String {
    /// The text with `?` for everything that is not printable ASCII.
    var ascii: String {
        String(String.UnicodeScalarView(self.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? $0 : "?" }))
    }
}
