/// One metric of this program: its name, kind and meaning.
package struct Metric: Sendable, Equatable {
    /// Prometheus' kinds.
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    let name: String
    let kind: Kind
    let help: String
    /// The upper bounds of a histogram's buckets, in seconds.
    let buckets: [Double]

    private init(_ name: String, _ kind: Kind, _ help: String, buckets: [Double] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.buckets = buckets
    }
}

// The names of the contract, section 10, and a few more. What has them is found here; what has other names is a
// mistake.
extension Metric {
    static let commands = Metric(
        "customer_worker_commands_total",
        .counter,
        "Commands whose result is committed; code is empty for created ones, outcome for failed ones."
    )
    static let commandDuration = Metric(
        "customer_worker_command_duration_seconds",
        .histogram,
        "From the record's timestamp to the commit of the command's result."
    )
    static let inFlight = Metric(
        "customer_worker_in_flight",
        .gauge,
        "Commands between their record's arrival and their committed result."
    )
    static let oldestUnfinished = Metric(
        "customer_worker_oldest_unfinished_seconds",
        .gauge,
        "Age of the oldest record whose command is in flight; 0 when there is none."
    )
    static let consumerLag = Metric(
        "customer_worker_consumer_lag",
        .gauge,
        "Records between the committed offset and the end of the log; kept while the brokers do not answer."
    )
    static let consumerLagAge = Metric(
        "customer_worker_consumer_lag_age_seconds",
        .gauge,
        "Time since the lag was last learned from the brokers; some seconds are normal."
    )
    static let incompleteOffsets = Metric(
        "customer_worker_incomplete_offsets",
        .gauge,
        "Records that were read and whose command has no committed result yet."
    )
    static let apiRequests = Metric(
        "customer_worker_api_requests_total",
        .counter,
        "Requests to the API by HTTP status, or by what kept them from a whole answer."
    )
    static let apiRequestDuration = Metric(
        "customer_worker_api_request_duration_seconds",
        .histogram,
        "Requests to the API, with the whole answer.",
        buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    )
    static let apiRetries = Metric(
        "customer_worker_api_retries_total",
        .counter,
        "Failed requests that were or will be tried again."
    )
    static let intakePaused = Metric(
        "customer_worker_intake_paused",
        .gauge,
        "1 while no records are taken in for this reason. Reason full is ordinary back-pressure."
    )
    static let pauses = Metric(
        "customer_worker_pauses",
        .gauge,
        "What operators have paused, by the kind of scope."
    )
    static let deadLetters = Metric(
        "customer_worker_dead_letters_total",
        .counter,
        "Commands written to the dead-letter topic."
    )
    static let deadLettersWaiting = Metric(
        "customer_worker_dead_letters_waiting",
        .gauge,
        "Dead letters that were not sent back, counted at a low rate; of the topic, so equal at every instance."
    )
    static let deadLettersOldest = Metric(
        "customer_worker_dead_letters_oldest_seconds",
        .gauge,
        "Time since the oldest waiting dead letter failed; 0 without one."
    )
    static let transactions = Metric(
        "customer_worker_transactions_total",
        .counter,
        "Batches of results by what came of them; with exactly_once each is one Kafka transaction."
    )
    static let reduced = Metric(
        "customer_worker_reduced_total",
        .counter,
        "Records that their topic did not take in full, published in a smaller form or elsewhere."
    )
    static let ready = Metric("customer_worker_ready", .gauge, "1 while the worker is ready, as /readyz says.")
    static let notReady = Metric(
        "customer_worker_not_ready",
        .gauge,
        "1 while this is a reason not to be ready; the words of /readyz."
    )
    static let apiHold = Metric(
        "customer_worker_api_hold_seconds",
        .gauge,
        "What is left of a wait that the API asked of all callers; 0 without one."
    )
    static let lastReloadSuccess = Metric(
        "customer_worker_last_reload_success",
        .gauge,
        "0 after a reload whose settings were refused, until one is taken."
    )
    static let storeDuration = Metric(
        "customer_worker_store_duration_seconds",
        .histogram,
        "Batches at the store: one transaction for up to thousands of commands.",
        buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    )
    static let buildInfo = Metric("customer_worker_build_info", .gauge, "1, with the version as a label.")

    // Beyond the contract's list.
    static let unknownFields = Metric(
        "customer_worker_unknown_fields_total",
        .counter,
        "Fields of commands that the contract does not know; they are passed on."
    )
    static let abandoned = Metric(
        "customer_worker_abandoned_total",
        .counter,
        "Commands given up because their partition or the worker went away; they run again elsewhere."
    )
    static let skipped = Metric(
        "customer_worker_skipped_total",
        .counter,
        "Records that an earlier owner of the partition had finished beyond the committed offset."
    )
    static let recordsSkipped = Metric(
        "customer_worker_records_skipped_total",
        .counter,
        "Records at most that were gone from the command topic before they were read, by why."
    )
    static let logRestarts = Metric(
        "customer_worker_log_restarts_total",
        .counter,
        "Partitions whose log began anew below what was read or committed; it is read from its beginning."
    )
    static let loopTurns = Metric(
        "customer_worker_loop_turns_total",
        .counter,
        "Turns of the worker's loop; it stands still only when the loop is stuck."
    )

    static let logLinesDropped = Metric(
        "customer_worker_log_lines_dropped_total",
        .counter,
        "Lines of the log that were not written, since standard error was not read or could not be written."
    )

    static let processCPU = Metric("process_cpu_seconds_total", .counter, "User and system CPU time.")
    static let processStart = Metric("process_start_time_seconds", .gauge, "Start time, seconds since 1970.")
    static let processVirtual = Metric("process_virtual_memory_bytes", .gauge, "Virtual memory.")
    static let processVirtualMaximum = Metric(
        "process_virtual_memory_max_bytes",
        .gauge,
        "Virtual memory that the process may use; -1 for any amount."
    )
    static let processResident = Metric("process_resident_memory_bytes", .gauge, "Resident memory.")
    static let processDescriptors = Metric("process_open_fds", .gauge, "Open file descriptors.")
    static let processDescriptorsMaximum = Metric("process_max_fds", .gauge, "File descriptors that may be open.")
    static let processThreads = Metric("process_threads", .gauge, "Threads.")

    /// The metrics that components record into by name, through a factory.
    static let recorded = [apiRequests, apiRequestDuration, storeDuration]
}
