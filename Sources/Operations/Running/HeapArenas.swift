import CMalloc

/// How the C library lays out this process's heap.
package enum HeapArenas {
    /// Keeps one arena for all threads; to be called before there are any others.
    ///
    /// By default glibc gives each of them its own, up to eight a core, and what one thread frees another cannot use: a
    /// record is allocated by a thread of librdkafka and freed by one of Swift's, so the process grew for as long as it
    /// ran. Swift, NIO and librdkafka keep small blocks in per-thread caches, so the one arena is hardly contended.
    /// Source: `mallopt(3)`, M_ARENA_MAX.
    package static func keepOne() {
        // Not taken: the C library is another one, or was told otherwise; then memory is laid out as it likes.
        _ = mallopt(M_ARENA_MAX, 1)
    }
}
