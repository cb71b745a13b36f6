import CLibrdkafka
import Synchronization

/// What every client's callbacks need: where log lines go.
class ClientContext: @unchecked Sendable {
    // @unchecked: subclasses add state of their own, which they guard with a Mutex; what is here never changes.
    let log: KafkaLogSink
    private let abandoned = Atomic(false)

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
            context.log(
                KafkaLogLine(
                    severity: level,
                    facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
                    message: unsafe text.map { unsafe String(cString: $0) } ?? ""
                )
            )
        }
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
