import Synchronization

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
