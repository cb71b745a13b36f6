/// The metrics of this program; the raw value is the name.
///
/// The names are the contract's, section 10, and a few more; another name is a mistake.
package enum Metric: String, Sendable {
    case commands = "customer_worker_commands_total"
    case commandDuration = "customer_worker_command_duration_seconds"
    case inFlight = "customer_worker_in_flight"
    case oldestUnfinished = "customer_worker_oldest_unfinished_seconds"
    case consumerLag = "customer_worker_consumer_lag"
    case consumerLagAge = "customer_worker_consumer_lag_age_seconds"
    case incompleteOffsets = "customer_worker_incomplete_offsets"
    case apiRequests = "customer_worker_api_requests_total"
    case apiRequestDuration = "customer_worker_api_request_duration_seconds"
    case apiRetries = "customer_worker_api_retries_total"
    case intakePaused = "customer_worker_intake_paused"
    case pauses = "customer_worker_pauses"
    case deadLetters = "customer_worker_dead_letters_total"
    case deadLettersWaiting = "customer_worker_dead_letters_waiting"
    case deadLettersOldest = "customer_worker_dead_letters_oldest_seconds"
    case transactions = "customer_worker_transactions_total"
    case reduced = "customer_worker_reduced_total"
    case ready = "customer_worker_ready"
    case notReady = "customer_worker_not_ready"
    case apiHold = "customer_worker_api_hold_seconds"
    case lastReloadSuccess = "customer_worker_last_reload_success"
    case storeDuration = "customer_worker_store_duration_seconds"
    case buildInfo = "customer_worker_build_info"
    case unknownFields = "customer_worker_unknown_fields_total"
    case abandoned = "customer_worker_abandoned_total"
    case skipped = "customer_worker_skipped_total"
    case recordsSkipped = "customer_worker_records_skipped_total"
    case logRestarts = "customer_worker_log_restarts_total"
    case loopTurns = "customer_worker_loop_turns_total"
    case logLinesDropped = "customer_worker_log_lines_dropped_total"
    case processCPU = "process_cpu_seconds_total"
    case processStart = "process_start_time_seconds"
    case processVirtual = "process_virtual_memory_bytes"
    case processVirtualMaximum = "process_virtual_memory_max_bytes"
    case processResident = "process_resident_memory_bytes"
    case processDescriptors = "process_open_fds"
    case processDescriptorsMaximum = "process_max_fds"
    case processThreads = "process_threads"

    /// The metrics that components record into by name, through a factory.
    static let recorded: [Metric] = [.apiRequests, .apiRequestDuration, .storeDuration]

    /// Prometheus' kinds.
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// Names tell it, by Prometheus' «Metric and label naming».
    var kind: Kind {
        if self.rawValue.hasSuffix("_total") { return .counter }
        return self.rawValue.hasSuffix("_duration_seconds") ? .histogram : .gauge
    }

    /// The upper bounds of the buckets of a histogram that components record into, in seconds.
    var buckets: [Double] {
        switch self {
        case .apiRequestDuration: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
        case .storeDuration: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
        default: []
        }
    }

    /// What its `HELP` line says.
    var help: String {
        switch self {
        case .commands: "Commands whose result is committed; code is empty for created ones, outcome for failed ones."
        case .commandDuration: "From the record's timestamp to the commit of the command's result."
        case .inFlight: "Commands between their record's arrival and their committed result."
        case .oldestUnfinished: "Age of the oldest record whose command is in flight; 0 when there is none."
        case .consumerLag:
            "Records between the committed offset and the end of the log; kept while the brokers do not answer."
        case .consumerLagAge: "Time since the lag was last learned from the brokers; some seconds are normal."
        case .incompleteOffsets: "Records that were read and whose command has no committed result yet."
        case .apiRequests: "Requests to the API by HTTP status, or by what kept them from a whole answer."
        case .apiRequestDuration: "Requests to the API, with the whole answer."
        case .apiRetries: "Failed requests that were or will be tried again."
        case .intakePaused: "1 while no records are taken in for this reason. Reason full is ordinary back-pressure."
        case .pauses: "What operators have paused, by the kind of scope."
        case .deadLetters: "Commands written to the dead-letter topic."
        case .deadLettersWaiting:
            "Dead letters that were not sent back, counted at a low rate; of the topic, so equal at every instance."
        case .deadLettersOldest: "Time since the oldest waiting dead letter failed; 0 without one."
        case .transactions: "Batches of results by what came of them; with exactly_once each is one Kafka transaction."
        case .reduced: "Records that their topic did not take in full, published in a smaller form or elsewhere."
        case .ready: "1 while the worker is ready, as /readyz says."
        case .notReady: "1 while this is a reason not to be ready; the words of /readyz."
        case .apiHold: "What is left of a wait that the API asked of all callers; 0 without one."
        case .lastReloadSuccess: "0 after a reload whose settings were refused, until one is taken."
        case .storeDuration: "Batches at the store: one transaction for up to thousands of commands."
        case .buildInfo: "1, with the version as a label."
        case .unknownFields: "Fields of commands that the contract does not know; they are passed on."
        case .abandoned: "Commands given up because their partition or the worker went away; they run again elsewhere."
        case .skipped: "Records that an earlier owner of the partition had finished beyond the committed offset."
        case .recordsSkipped: "Records at most that were gone from the command topic before they were read, by why."
        case .logRestarts:
            "Partitions whose log began anew below what was read or committed; it is read from its beginning."
        case .loopTurns: "Turns of the worker's loop; it stops only when the loop is stuck."
        case .logLinesDropped:
            "Lines of the log that were not written, since standard error was not read or could not be written."
        case .processCPU: "User and system CPU time."
        case .processStart: "Start time, seconds since 1970."
        case .processVirtual: "Virtual memory."
        case .processVirtualMaximum: "Virtual memory that the process may use; -1 for any amount."
        case .processResident: "Resident memory."
        case .processDescriptors: "Open file descriptors."
        case .processDescriptorsMaximum: "File descriptors that may be open."
        case .processThreads: "Threads."
        }
    }
}
