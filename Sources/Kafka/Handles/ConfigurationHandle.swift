import CLibrdkafka

/// Owns a librdkafka configuration until a client takes it.
@safe struct ConfigurationHandle: ~Copyable {
    private let pointer: OpaquePointer

    init() {
        unsafe self.pointer = rd_kafka_conf_new()
    }

    deinit {
        unsafe rd_kafka_conf_destroy(self.pointer)
    }

    /// Sets one property; a name or value that librdkafka does not know throws its own sentence.
    func set(_ name: String, _ value: String) throws(KafkaError) {
        if let problem = self.problem(name, value) {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, problem, disposition: .permanent)
        }
    }

    /// Sets one property; returns librdkafka's own sentence when it does not take the name or the value, behind the
    /// name that was given if the sentence speaks of another one that it is an alias of.
    func problem(_ name: String, _ value: String) -> String? {
        var text = [CChar](repeating: 0, count: 512)
        let count = text.count
        let result = unsafe rd_kafka_conf_set(self.pointer, name, value, &text, count)
        guard result != RD_KAFKA_CONF_OK else { return nil }
        let sentence = Self.string(text)
        return sentence.contains("\"\(name)\"") ? sentence : "\(name): \(sentence)"
    }

    /// Lends the pointer for the calls that register callbacks.
    borrowing func withPointer<R>(_ body: (OpaquePointer) -> R) -> R {
        unsafe body(self.pointer)
    }

    /// Makes a client.
    ///
    /// librdkafka owns the configuration from here when it succeeds (rdkafka.h, `rd_kafka_new`), and we
    /// keep and destroy it when it fails.
    consuming func makeClient(_ kind: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: 512)
        let count = text.count
        guard let client = unsafe rd_kafka_new(kind, self.pointer, &text, count) else {
            _ = consume self
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, Self.string(text), disposition: .permanent)
        }
        discard self
        return unsafe client
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
