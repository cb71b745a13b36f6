import CLibrdkafka

/// What a consumer's callbacks point to: beside the log, the one callback that says «queue not empty any more».
final class ConsumerContext: ClientContext, @unchecked Sendable {
    private let onReadable: @Sendable () -> Void

    init(log: @escaping KafkaLogSink, onReadable: @escaping @Sendable () -> Void) {
        self.onReadable = onReadable
        super.init(log: log)
    }

    /// Asks for the wake-up of a queue.
    ///
    /// The callback runs on a thread of librdkafka that holds the queue's lock (rdkafka.h,
    /// `rd_kafka_queue_cb_event_enable`: «must not perform any pro-longed work in the callback, or call any librdkafka
    /// APIs»), so it only tells.
    func wake(on queue: OpaquePointer) {
        unsafe rd_kafka_queue_cb_event_enable(
            queue,
            { _, opaque in
                guard let opaque = unsafe opaque else { return }
                unsafe Unmanaged<ConsumerContext>.fromOpaque(opaque).takeUnretainedValue().onReadable()
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }
}
