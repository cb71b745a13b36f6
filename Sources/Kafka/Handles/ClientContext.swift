import CLibrdkafka
import Synchronization

/// What every client's callbacks need: where log lines go, and what the last one said of a connection.
class ClientContext: @unchecked Sendable {
    // @unchecked: subclasses add state of their own, which they guard with a Mutex; what is here never changes.
    let log: KafkaLogSink
    private let abandoned = Atomic(false)
    private let trouble = Mutex<(ConnectionTrouble, at: ContinuousClock.Instant)?>(nil)
    /// librdkafka repeats a cause that lasts every 30 s.
    private static let troubleLasts = Duration.seconds(60)

    /// Whether the client must outlive its handle, because to destroy it would crash.
    var isAbandoned: Bool { self.abandoned.load(ordering: .acquiring) }

    /// Lets the client and this context live as long as the process.
    func abandon() {
        self.abandoned.store(true, ordering: .releasing)
    }

    init(log: @escaping KafkaLogSink) {
        self.log = log
    }

    /// Registers the callbacks that all kinds of clients share.
    static func register(_ configuration: OpaquePointer) {
        unsafe rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client = unsafe client, let opaque = unsafe rd_kafka_opaque(client) else { return }
            let context = unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
            let line = KafkaLogLine(
                severity: level,
                facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
                message: unsafe text.map { unsafe String(cString: $0) } ?? ""
            )
            if let trouble = ConnectionTrouble(line) { context.trouble.withLock { $0 = (trouble, .now) } }
            context.log(line)
        }
    }

    /// The same error with the cause that the log has told of late, if the error itself names none.
    func explained(_ error: KafkaError) -> KafkaError {
        guard error.isWithoutCause, let (trouble, at) = self.trouble.withLock(\.self),
            ContinuousClock.now - at < Self.troubleLasts
        else { return error }
        return error.caused(by: trouble)
    }
}

/// A line that librdkafka wants logged.
package struct KafkaLogLine: Sendable, Hashable {
    /// The severity as syslog(3) numbers it: 0 emergency, 3 error, 4 warning, 6 info, 7 debug.
    package let severity: Int32
    /// librdkafka's word for the kind of line, such as `FAIL` or `MAXPOLL`.
    package let facility: String
    /// The text.
    package let message: String
}

/// Takes librdkafka's log lines; called on any of its threads, so it must be quick and must not call the client.
package typealias KafkaLogSink = @Sendable (KafkaLogLine) -> Void
