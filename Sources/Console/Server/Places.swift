import Synchronization

/// A bounded number of places: for streams, exports and searches, each of which holds a connection or a reader.
final class Places: Sendable {
    /// The number of places.
    let most: Int
    private let taken = Mutex(0)

    /// - Parameter most: how many may be taken at one time.
    init(_ most: Int) {
        self.most = most
    }

    /// Takes a place, which comes back when nothing refers to it any more, however its holder ends; `nil` when all are
    /// taken.
    func take() -> Place? {
        let isFree = self.taken.withLock { taken in
            guard taken < self.most else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(self) : nil
    }

    /// Waits for a place; `nil` when none comes until a moment.
    func take(until end: ContinuousClock.Instant) async -> Place? {
        while true {
            if let place = self.take() { return place }
            guard ContinuousClock.now < end, !Task.isCancelled else { return nil }
            // By looking again, since a place comes back from a `deinit`, which can wait for nothing.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// One that is taken.
    final class Place: Sendable {
        private let places: Places

        fileprivate init(_ places: Places) {
            self.places = places
        }

        deinit { self.places.taken.withLock { $0 -= 1 } }
    }
}
