import Glibc

/// The files of an open database, by what they are and not by their names.
///
/// SQLite goes on with a file whose name was taken away or given to another one: everything that it remembers then is
/// lost when the process ends (sqlite.org, «How To Corrupt An SQLite Database File», 2.5 «Unlinking or renaming a
/// database file while in use»). The write-ahead log belongs to it: what is in it alone is lost with it.
struct OpenedFiles: Sendable {
    private struct Identity: Sendable, Equatable {
        let device: UInt64
        let inode: UInt64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.device = UInt64(status.st_dev)
            self.inode = UInt64(status.st_ino)
        }
    }

    private var files: [(path: String, identity: Identity)] = []

    /// Takes note of the database at `path`, which is open; of nothing for a database in memory.
    init(path: String) {
        for path in [path, path + "-wal"] {
            if let identity = Identity(path) { self.files.append((path, identity)) }
        }
    }

    /// The first of them whose name leads to another file now, or to none.
    var replaced: String? { self.files.first { Identity($0.path) != $0.identity }?.path }
}
