/// The latest requests, at most so many: when full, a new one takes the place of the oldest.
struct RequestLog {
    private let capacity: Int
    private var entries: [SeenRequest] = []
    /// Where the oldest entry stands once the log is full.
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// All entries, oldest first.
    var all: [SeenRequest] { Array(entries[oldest...] + entries[..<oldest]) }

    mutating func append(_ request: SeenRequest) {
        guard entries.count == capacity else { return entries.append(request) }
        entries[oldest] = request
        oldest = (oldest + 1) % capacity
    }

    mutating func removeAll() {
        entries = []
        oldest = 0
    }
}
