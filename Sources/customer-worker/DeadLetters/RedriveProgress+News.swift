import Redrive

extension RedriveProgress {
    /// How far a redrive is, in words.
    var news: ProgressNews {
        let moved = self.counts.moved
        let total = max(self.total, moved)
        var parts = ["\(NumberText.count(moved)) of \(NumberText.count(total)) sent back"]
        switch self.phase {
        case .awaitingCanary: parts.append("waiting for the results of the first ones")
        case .sending: parts += ProgressNews.pace(self.rate, timeLeft: moved < total ? self.timeLeft : nil)
        }
        if self.counts.leftCount > 0 { parts.append("\(NumberText.count(self.counts.leftCount)) left where they are") }
        if self.counts.failedAgainCount > 0 {
            parts.append("\(NumberText.count(self.counts.failedAgainCount)) failed again")
        }
        return ProgressNews(done: moved, total: total, elapsed: self.elapsed, parts: parts)
    }
}
