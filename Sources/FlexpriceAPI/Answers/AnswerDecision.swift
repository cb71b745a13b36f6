/// What an answer, or its absence, leads to: a closed set.
package enum AnswerDecision: String, Sendable, Hashable, CaseIterable {
    /// The customer is made: a created result.
    case created
    /// The customer was there and agrees with the command: a created result with outcome `existing`.
    case existing
    /// The customer was there and does not agree: a failed result with `already_exists`.
    case alreadyExists = "already_exists"
    /// The customer that Flexprice made by itself gets the command's fields; the answer to that decides.
    case update
    /// The customer that differs is changed to what the command has: if that succeeds a created result with outcome
    /// `updated`.
    case change
    /// The customer that is remembered is archived: the command's is made again.
    case recreate
    /// The customer that is remembered still exists: a replay or a conflict, as without asking.
    case remembered
    /// The API serves: commands that fail alone meanwhile do so by themselves.
    case served
    /// The customer behind the answer is looked up; what is found decides.
    case lookUp = "look_up"
    /// Flexprice refused the command permanently: a failed result with `rejected`.
    case rejected
    /// A transient failure: sent again after a wait.
    case retry
    /// A transient failure whose request may have been carried out: sent again after a wait, which settles it, and
    /// counted separately.
    case retryInDoubt = "retry_in_doubt"
    /// All callers are asked to slow down: sent again after a wait, before which no command's request is sent.
    case slowDown = "slow_down"
    /// Every command would meet it now: intake pauses, single probes continue, no command fails for it.
    case pause
    /// As ``pause``, and only a change of the configuration ends it.
    case configurationError = "configuration_error"
}
