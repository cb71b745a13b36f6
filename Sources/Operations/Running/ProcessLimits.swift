import Glibc

/// How many files and connections this process may have open.
package enum OpenFiles {
    /// Kept for what is not a request to the API: brokers, the ledger, the admin endpoint, libraries.
    static let reserve = 128
    /// More than any setting asks for; a table of a million descriptors would serve nothing.
    private static let wanted: rlim_t = 65_536

    /// Raises the limit that holds (`RLIMIT_NOFILE`, soft) to the one that an administrator allows (hard), up to
    /// 65,536.
    ///
    /// The soft limit is 1,024 on most systems for the sake of programs that use select(2).
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let raised = min(limit.rlim_max, Self.wanted)
        guard raised > limit.rlim_cur else { return }
        limit.rlim_cur = raised
        // Refused: the limit stays, and requests are held below it.
        _ = setrlimit(.init(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Requests to the API that may be under way at once, as far as descriptors go; each takes one.
    package static var requestBound: Int {
        var limit = rlimit()
        guard getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return max(1, Int(clamping: limit.rlim_cur) - Self.reserve)
    }
}
