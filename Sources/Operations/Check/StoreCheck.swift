import Glibc
import Ledger
import Records
import Settings

/// Looks at whether the ledger can be written, without opening it: opening could change the form of a file that a
/// running worker of an older version uses.
enum StoreCheck {
    /// A ledger of a million customers takes about half of this.
    private static let littleSpace: UInt64 = 1_073_741_824

    static func run(_ url: StoreURL) async -> CheckFinding {
        switch url {
        case .sqlite(path: ":memory:"):
            CheckFinding("store", .warning, "in memory: everything is forgotten at the end")
        case .sqlite(let path):
            CheckFinding("store", Self.file(path))
        case .postgres(let uri):
            CheckFinding("store", await Self.server(uri.reveal(), shownAs: url.description))
        }
    }

    private static func server(_ uri: String, shownAs place: String) async -> CheckFinding.Outcome {
        do throws(LedgerError) {
            let isReady = try await PostgresLedger.probe(uri, shownAs: place)
            return (.fine, "\(place) \(isReady ? "has the ledger" : "answers; the ledger will be made")", "")
        } catch {
            let isAway = error.reason == .unavailable
            let remedy =
                isAway
                ? "start the server, or correct host and port in store.url" : "correct what it names, or store.url"
            return (.failed(StartFailure(error).status), error.message, remedy)
        }
    }

    private static func file(_ path: String) -> CheckFinding.Outcome {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard access(folder, F_OK) == 0 else {
            let remedy = "make it, owned by the worker's user"
            return (.failed(.notPermitted), "the folder \(folder) does not exist", remedy)
        }
        do throws(LedgerError) {
            try SQLiteLedger.checkPlace(path)
        } catch {
            return (.failed(.configuration), error.message, "set store.url to another place")
        }
        // SQLite writes its log beside the file, so the folder must be writable too.
        for place in [folder, path] where access(place, F_OK) == 0 && access(place, W_OK) != 0 {
            let remedy = "give it to the worker's user, or set store.url to a place that it may write"
            return (.failed(.notPermitted), "\(place) cannot be written", remedy)
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return (.failed(.configuration), "\(path) is a folder", "name a file in store.url")
        }
        var space = statvfs()
        let free = statvfs(folder, &space) == 0 ? UInt64(space.f_bavail).boundedProduct(UInt64(space.f_frsize)) : .max
        let what = access(path, F_OK) == 0 ? "is there and can be written" : "will be made"
        guard free >= Self.littleSpace else {
            let found = "\(path) \(what), with \(free / 1_048_576) MiB of space left"
            return (.warning, found, "make room: a full disk stops the intake")
        }
        return (.fine, "\(path) \(what)", "")
    }
}
