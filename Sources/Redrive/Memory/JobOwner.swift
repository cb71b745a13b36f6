import Glibc

/// Who runs a job: enough to name him to the next one, and to see on the same host whether he is still there.
package struct JobOwner: Sendable, Hashable {
    /// The user's name, or his number.
    package let user: String
    /// The host's name.
    package let host: String
    /// The process.
    package let process: Int32

    /// Describes an owner.
    package init(user: String, host: String, process: Int32) {
        self.user = user
        self.host = host
        self.process = process
    }

    /// This process.
    package static func current() -> JobOwner {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let user: String =
            if let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name {
                String(cString: name)
            } else {
                "\(geteuid())"
            }
        return JobOwner(user: user, host: host, process: getpid())
    }

    /// `USER@HOST (process N)`.
    package var description: String { "\(self.user)@\(self.host) (process \(self.process))" }

    /// Whether the process is certainly gone: it ran on this host, and no process of its number is there.
    ///
    /// A number that is there again says nothing, and neither does another host.
    package func isGone(seenFrom other: JobOwner) -> Bool {
        guard self.host == other.host else { return false }
        // The number can only be ours again if its former holder ended.
        if self.process == other.process { return true }
        return kill(self.process, 0) == -1 && errno == ESRCH
    }
}
