import Foundation
import Glibc

/// The files of an open database, by what they are and not by their names.
///
/// SQLite continues with a file whose name was taken away or given to another one: everything that it remembers then is
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

/// File systems on which a SQLite file must not be shared: locks are not held or not told to other machines, and the
/// shared memory of the write-ahead log is of one machine alone (SQLite's manual, wal.html: «does not work over a
/// network filesystem»).
enum NetworkFileSystem {
    /// The name of the network file system on which a path is, or will be; `nil` for any other, and where nothing can
    /// be found out.
    static func holding(_ path: String) -> String? {
        guard path != ":memory:" else { return nil }
        var status = stat()
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        // The file itself may be a link to elsewhere; before it is made, its folder says where it will be.
        guard stat(path, &status) == 0 || stat(folder, &status) == 0,
            let mounts = FileManager.default.contents(atPath: "/proc/self/mountinfo")
        else { return nil }
        // gnu_dev_major and gnu_dev_minor, which are macros.
        let device = UInt64(status.st_dev)
        let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
        let minor = (device & 0xFF) | (device >> 12 & ~0xFF)
        return self.name(ofDevice: "\(major):\(minor)", in: String(decoding: mounts, as: UTF8.self))
    }

    /// Looks a device up among the mounts (proc(5), mountinfo: the device is the third field, the type the first behind
    /// the `-`).
    static func name(ofDevice device: String, in mounts: String) -> String? {
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[2] == device, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
            else { continue }
            let type = String(fields[dash + 1])
            // What a program in user space serves may come from anywhere: `fuse.sshfs`, `fuse.s3fs`.
            let isForeign = Self.types.contains(type) || type.hasPrefix("fuse.")
            return isForeign ? type : nil
        }
        return nil
    }

    private static let types: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse", "9p", "ceph", "afs", "coda", "lustre", "gfs2", "ocfs2",
        "beegfs",
        "glusterfs", "orangefs", "virtiofs",
    ]
}
