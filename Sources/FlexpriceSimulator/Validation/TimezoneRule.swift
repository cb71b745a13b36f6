import Foundation
import Records
import Synchronization

/// The server's `timezone` rule: a name that Go's `time.LoadLocation` finds, and neither empty nor `Local`.
///
/// Go looks for a file of the zone's name in the zone database, and so does this. Where the machine has no database,
/// every name of a plausible form is accepted, so that the simulator is usable there.
enum TimezoneRule {
    private static let database = "/usr/share/zoneinfo/"
    private static let hasDatabase = FileManager.default.fileExists(atPath: database + "Etc/UTC")
    private static let known = Mutex<[ExactText: Bool]>([:])
    /// Enough for every zone there is; a client that sends rubbish cannot make it grow.
    private static let capacity = 2_000

    static func accepts(_ name: String) -> Bool {
        if name.utf8.elementsEqual("UTC".utf8) { return true }
        guard isPlausible(name) else { return false }
        guard hasDatabase else { return true }
        if let answer = known.withLock({ $0[ExactText(name)] }) { return answer }
        let answer = isZoneFile(database + name)
        known.withLock { if $0.count < capacity { $0[ExactText(name)] = answer } }
        return answer
    }

    /// No way out of the database, and none of its doubles of every zone, which the server's image does not have.
    private static func isPlausible(_ name: String) -> Bool {
        let isSpelled = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        guard isSpelled, let first = name.utf8.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "+") else {
            return false
        }
        return !["Local", "Z", "localtime"].contains(name) && !name.hasPrefix("posix/") && !name.hasPrefix("right/")
    }

    private static func isZoneFile(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        guard let magic = try? file.read(upToCount: 4) else { return false }
        return magic.elementsEqual("TZif".utf8)
    }
}
