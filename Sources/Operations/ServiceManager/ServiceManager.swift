import Glibc
import Synchronization

/// systemd, as the process sees it: where it wants to be told how things are, and how often.
///
/// `sd_notify(3)` by hand, since it is one datagram: a library would be more to read than this.
package struct ServiceManager: Sendable {
    private let address: [UInt8]
    /// How long the manager waits for a sign of life before it kills; `nil` when it does not.
    package let watchdog: Duration?

    /// The manager that started this process; `nil` when there is none.
    ///
    /// - Parameter processID: a watchdog meant for another process, such as our parent, is not ours
    ///   (`sd_watchdog_enabled(3)`).
    package init?(environment: [String: String], processID: Int32 = getpid()) {
        guard let socket = environment["NOTIFY_SOCKET"], let address = Self.address(socket) else { return nil }
        self.address = address
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        self.watchdog =
            isOurs
            ? environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    /// Sends assignments such as `READY=1`, one datagram; nothing happens when they are not read.
    package func notify(_ assignments: [String]) {
        guard !assignments.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: self.address) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + self.address.count)
        // A manager that does not read must not hold us up.
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let message = Array(assignments.joined(separator: "\n").utf8)
        withUnsafePointer(to: target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(descriptor, message, message.count, flags, address, length)
            }
        }
    }

    /// The bytes of `sun_path`: a path, or a name in the abstract namespace, which begins with `@` in the variable and
    /// with a zero byte in the address (unix(7)).
    private static func address(_ text: String) -> [UInt8]? {
        var bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count < 108 else { return nil }
        if first == UInt8(ascii: "@") {
            bytes[0] = 0
            return bytes
        }
        // With its terminating zero.
        return first == UInt8(ascii: "/") ? bytes + [0] : nil
    }
}

/// Sends what ``ServiceNotices`` decides, one datagram at a time and in order, from whatever task has news.
final class NoticeBoard: Sendable {
    private let manager: ServiceManager?
    private let notices: Mutex<ServiceNotices>

    init(_ manager: ServiceManager?) {
        self.manager = manager
        self.notices = Mutex(ServiceNotices(hasWatchdog: manager?.watchdog != nil))
    }

    /// Decides and sends under one lock: two tasks must not send in another order than they decided.
    func post(_ decide: (inout ServiceNotices) -> [String]) {
        guard let manager = self.manager else { return }
        self.notices.withLock { manager.notify(decide(&$0)) }
    }
}
