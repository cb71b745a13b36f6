import CLibrdkafka
import Synchronization

/// What every client's callbacks need: where log lines go, and the first fatal error.
class ClientContext: @unchecked Sendable {
    // @unchecked: subclasses add state of their own, which they guard with a Mutex; what is here never changes.
    let log: KafkaLogSink

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
