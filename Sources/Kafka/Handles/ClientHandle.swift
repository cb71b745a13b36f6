import CLibrdkafka

/// Owns a librdkafka client and what its callbacks point to.
///
/// Made in two steps that cannot leak: the context is retained only once the client exists, and released only after
/// `rd_kafka_destroy` has joined every thread that could still call back.
@safe struct ClientHandle<Context: ClientContext>: ~Copyable {
    let pointer: OpaquePointer
    /// What the callbacks find as their opaque value.
    let context: Context

    /// Makes a client whose callbacks get `context`.
    ///
    /// - Throws: librdkafka's own sentence about the first property that it does not take.
    init(
        _ kind: rd_kafka_type_t,
        context: Context,
        properties: [(String, String)],
        register: (OpaquePointer) -> Void
    ) throws(KafkaError) {
        let configuration = ConfigurationHandle()
        for (name, value) in properties { try configuration.set(name, value) }
        unsafe configuration.withPointer { pointer in
            unsafe rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(context).toOpaque())
            unsafe register(pointer)
        }
        unsafe self.pointer = try configuration.makeClient(kind)
        self.context = context
    }

    deinit {
        if self.context.isAbandoned {
            // The client's threads go on, and so must what their callbacks point to.
            _ = unsafe Unmanaged.passRetained(self.context)
            return
        }
        unsafe rd_kafka_destroy(self.pointer)
        // Every thread of the client is joined: nothing can call back any more, and the context may go.
        withExtendedLifetime(self.context) {}
    }
}
