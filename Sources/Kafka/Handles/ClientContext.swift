import CLibrdkafka
import Synchronization

/// What every client's callbacks need: where log lines go, and what the last ones said of a connection.
class ClientContext: @unchecked Sendable {
    // @unchecked: subclasses add state of their own, which they guard with a Mutex; what is here never changes.
    let log: KafkaLogSink
    private let abandoned = Atomic(false)
    private let trouble = Mutex<(ConnectionTrouble, at: ContinuousClock.Instant)?>(nil)
    /// OpenSSL's last word against a broker's certificate, which librdkafka's log line about it does not repeat.
    private let certificate = Mutex<CertificateProblem?>(nil)
    /// The topics that a broker kept out of the open transaction, which the transaction's error does not name.
    private let refused = Mutex<Set<String>>([])
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
            var line = KafkaLogLine(
                severity: level,
                facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
                message: unsafe text.map { unsafe String(cString: $0) } ?? ""
            )
            if let trouble = ConnectionTrouble(line, certificate: context.certificate.withLock(\.self)) {
                line.trouble = trouble
                context.trouble.withLock { $0 = (trouble, .now) }
            }
            if let topic = line.topicRefusedInTransaction { context.refused.withLock { _ = $0.insert(topic) } }
            context.log(line)
        }
        // Looks on only: what OpenSSL has refused stays refused, and what it takes is taken.
        _ = unsafe rd_kafka_conf_set_ssl_cert_verify_cb(configuration) { _, _, _, code, _, _, _, _, _, opaque in
            guard let code = unsafe code, let opaque = unsafe opaque else { return 0 }
            let context = unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
            if let problem = CertificateProblem(unsafe code.pointee) {
                context.certificate.withLock { $0 = problem }
                return 0
            }
            return 1
        }
    }

    /// Registers what a producer does about errors that concern no call: librdkafka would log them whenever it is
    /// polled next, which may be minutes later.
    ///
    /// Those of connections were logged when they happened.
    static func registerErrors(_ configuration: OpaquePointer) {
        unsafe rd_kafka_conf_set_error_cb(configuration) { _, code, reason, opaque in
            guard let opaque = unsafe opaque, !KafkaError(rd_kafka_resp_err_t(rawValue: code)).isNoAnswer else {
                return
            }
            let context = unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
            let text = unsafe reason.map { unsafe String(cString: $0) } ?? ""
            context.log(KafkaLogLine(severity: 3, facility: "ERROR", message: text))
        }
    }

    /// What the log has told of a connection of late; `nil` without trouble.
    var lastTrouble: ConnectionTrouble? {
        guard let (trouble, at) = self.trouble.withLock(\.self), ContinuousClock.now - at < Self.troubleLasts else {
            return nil
        }
        return trouble
    }

    /// The topic that a broker kept out of the open transaction, as far as the log told; `nil` when it is not the only
    /// one.
    var topicRefusedInTransaction: String? { self.refused.withLock { $0.count == 1 ? $0.first : nil } }

    /// A transaction is opened: what was refused before is no longer of interest.
    func forgetRefusedTopics() { self.refused.withLock { $0 = [] } }

    /// The same error with the cause that the log has told of late, if the error itself names none.
    func explained(_ error: KafkaError) -> KafkaError {
        guard error.isNoAnswer, let trouble = self.lastTrouble else { return error }
        return error.caused(by: trouble)
    }
}
