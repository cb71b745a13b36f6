import JSON
package import Redrive
import Topics

/// How far a redrive is and how it ended, as people read it, as JSON, and as an exit code.
extension RedriveProgress {
    /// One sentence a line.
    package func text(_ ending: RedriveJob.Ending) -> String {
        let counts = self.counts
        let (moved, time) = (NumberText.count(counts.moved), NumberText.duration(self.elapsed))
        let before = counts.movedBefore > 0 ? ", \(NumberText.count(counts.movedBefore)) before that" : ""
        var lines = ["Job \(self.job): \(moved) sent back in \(time)\(before)."]
        for (reason, count) in counts.left.inOrder {
            lines.append("  \(NumberText.count(count, "stays", "stay")): \(reason.text)")
        }
        for (code, count) in counts.failedAgain.sorted(by: { $0.key < $1.key }) {
            lines.append("  \(NumberText.count(count)) of them failed again with \(code)")
        }
        if let sentence = self.sentence(ending) { lines.append(sentence) }
        return lines.joined(separator: "\n")
    }

    private func sentence(_ ending: RedriveJob.Ending) -> String? {
        switch ending {
        case .finished: nil
        case .cancelled where self.counts.moved >= self.total:
            "Cancelled after all of them were sent back."
        case .cancelled:
            "Cancelled after \(NumberText.count(self.counts.moved)) of "
                + "\(NumberText.count(max(self.total, self.counts.moved))) were sent back. "
                + "Run the same command again to resume; what was sent back is not sent again."
        case .canaryFailed: "Stopped: of the first ones some failed again. Nothing else was sent; fix the cause first."
        case .canaryTimedOut: "Stopped: not all of the first ones had a result in time. Is the worker running?"
        case .tooManyFailures: "Stopped by --max-failures."
        case .takenOver: "Stopped: another redrive has taken the topic over, or this one stood still for too long."
        case .failed(let error): "Stopped by the cluster: \(error). Run the same command again to resume."
        }
    }

    /// For scripts.
    package func json(_ ending: RedriveJob.Ending) -> String {
        JSONObject([
            "job": .string(self.job), "ending": .string(ending.name),
            "moved": .integer(self.counts.moved), "moved_before": .integer(self.counts.movedBefore),
            "left": .counts(self.counts.left.byName), "failed_again": .counts(self.counts.failedAgain),
        ]).line
    }

    /// Contract, section 9.
    package func status(_ ending: RedriveJob.Ending) -> ExitStatus {
        switch ending {
        case .finished: self.counts.leftCount + self.counts.failedAgainCount > 0 ? .partial : .success
        case .canaryFailed, .canaryTimedOut, .tooManyFailures: .partial
        case .cancelled: .cancelled
        case .takenOver: .failure
        case .failed(let error): ExitStatus(error)
        }
    }

    /// How far it is, in words.
    package var news: ProgressNews {
        let moved = self.counts.moved
        let total = max(self.total, moved)
        var parts = ["\(NumberText.count(moved)) of \(NumberText.count(total)) sent back"]
        if self.isAwaitingCanary {
            parts.append("awaiting results")
        } else {
            let pace = Pace(moved, of: self.total, in: self.elapsed)
            parts += ProgressNews.pace(pace.rate, timeLeft: moved < total ? pace.timeLeft : nil)
        }
        if self.counts.leftCount > 0 { parts.append("\(NumberText.count(self.counts.leftCount)) stay") }
        if self.counts.failedAgainCount > 0 {
            parts.append("\(NumberText.count(self.counts.failedAgainCount)) failed again")
        }
        return ProgressNews(done: moved, total: total, elapsed: self.elapsed, parts: parts)
    }
}
