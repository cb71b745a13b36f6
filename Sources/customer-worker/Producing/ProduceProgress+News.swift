import Producing

extension ProduceProgress {
    /// How far a sending is, in words.
    var news: ProgressNews {
        let done = NumberText.count(self.done)
        let total = self.total.map { max($0, self.done) }
        let ofTotal = total.map { " of \(NumberText.count($0))" } ?? ""
        let left = self.done < total ?? 0 ? self.timeLeft : nil
        var parts: [String]
        switch self.phase {
        case .checking: parts = ["\(done) rows checked"]
        case .sending: parts = ["\(done)\(ofTotal) sent"] + ProgressNews.pace(self.rate, timeLeft: left)
        case .awaitingResults: parts = ["\(done)\(ofTotal) have a result"]
        }
        if self.failed > 0 {
            let word = if case .checking = self.phase { "bad" } else { "failed" }
            parts.append("\(NumberText.count(self.failed)) \(word)")
        }
        return ProgressNews(done: self.done, total: total, elapsed: self.elapsed, parts: parts)
    }
}
