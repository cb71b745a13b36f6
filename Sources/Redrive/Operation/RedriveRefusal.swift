package import Topics

/// Why a redrive does not begin: one sentence with what to do.
package enum RedriveRefusal: Error, Sendable, CustomStringConvertible {
    /// Another one is running.
    case running(JobRecord)
    /// Another one was abandoned.
    case abandoned(JobRecord)
    /// Another one began between the look and the start.
    case overtaken
    /// A file cannot be written.
    case file(LineFile.Failure)

    /// The sentence.
    package var description: String {
        switch self {
        case .running(let job):
            "job \(job.id) is running (\(Self.about(job))); wait for it, or end it with --take-over"
        case .abandoned(let job):
            "job \(job.id) was abandoned (\(Self.about(job))); run the same command again to resume it, "
                + "or begin this one in its place with --take-over: what it sent stays sent"
        case .overtaken:
            "another redrive of the topic began at the same moment, and both have stopped; run the command again"
        case .file(let failure):
            failure.description
        }
    }

    private static func about(_ job: JobRecord) -> String {
        "\(job.owner.description), since \(job.beganAt), \(job.moved) sent back, selection: \(job.summary)"
    }
}
