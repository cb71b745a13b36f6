/// What an answer, or the lack of one, leads to: a closed set.
public enum AnswerDecision: String, Sendable, Hashable, CaseIterable {
    /// The customer is made: a created result.
    case created
    /// The customer was there and agrees with the command: a created result with outcome `existing`.
    case existing
    /// The customer was there and does not agree: a failed result with `already_exists`.
    case alreadyExists = "already_exists"
    /// The customer that Flexprice made by itself is filled with the command's fields; what comes of that decides.
    case update
    /// The customer that differs is changed to what the command has: if that succeeds a created result with outcome
    /// `updated`.
    case change
    /// The customer that is remembered is archived: the command's is made anew.
    case recreate
    /// The customer that is remembered is there still: a replay or a conflict, as without asking.
    case remembered
    /// The API serves: commands that fail alone meanwhile do so by themselves.
    case served
    /// What is behind the answer is looked up; what is found decides.
    case lookUp = "look_up"
    /// Flexprice refused the command for good: a failed result with `rejected`.
    case rejected
    /// It passes: sent again after a wait.
    case retry
    /// It passes, but the request may have been carried out: sent again after a wait, which settles it, and counted
    /// apart.
    case retryInDoubt = "retry_in_doubt"
    /// Everybody is asked to come more slowly: sent again after a wait, and nobody's request goes before the wait is
    /// over.
    case slowDown = "slow_down"
    /// Every command would meet it now: intake pauses, single probes go on, no command fails for it.
    case pause
    /// As ``pause``, and it will not pass before the configuration is changed.
    case configurationError = "configuration_error"
}
