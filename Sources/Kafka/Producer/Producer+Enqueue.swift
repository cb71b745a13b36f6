import CLibrdkafka
package import Records

extension Producer {
    /// Puts records into the open transaction, without waiting for them: the commit does.
    package func enqueue(_ records: [ProducerRecord]) throws(KafkaError) {
        for (index, record) in records.enumerated() { try self.produce(record, mark: index) }
    }

    /// Puts records into the open transaction, with the plan's barriers; what it watches, ``settle(_:)`` waits for.
    ///
    /// - Throws: ``KafkaError`` of the transaction, which must be aborted then.
    package func enqueue(_ records: [ProducerRecord], plan: ProducePlan) throws(KafkaError) -> EnqueueEnd {
        _ = self.client.context.takeFailures()
        self.client.context.watch(plan.watched)
        var (barriers, watched) = (plan.barriers[...], plan.watched[...])
        for (index, record) in records.enumerated() {
            if barriers.first == index {
                barriers.removeFirst()
                switch try self.settle(within: plan.limit) {
                case .complete, .stalled: break
                case let end: return end
                }
            }
            do {
                try self.produce(record, mark: Self.mark(index, &watched))
            } catch  where error.produceVerdict == .consequence {
                let refused = self.refusedRecords(within: .milliseconds(200))
                if !refused.isEmpty { return .refused(refused) }
                throw self.transactionError() ?? error
            } catch  where error.produceVerdict == .record || error.produceVerdict == .topic {
                return .refused(self.refusedRecords().merging([index: error]) { $1 })
            }
        }
        return .complete
    }

    /// Waits until all that was handed over is acknowledged, if the plan has anything that is to be waited for.
    ///
    /// Best called when the offsets are sent: nothing is lost then, since the commit would wait as long.
    package func settle(_ plan: ProducePlan) throws(KafkaError) -> EnqueueEnd {
        if plan.watched.isEmpty && plan.barriers.isEmpty { return .complete }
        return try self.settle(within: plan.limit)
    }

    /// The records of the open transaction that were refused, by index, as far as the broker has answered.
    ///
    /// - Parameter limit: how long to wait for the first of them. librdkafka fails the transaction a moment before it
    ///   reports the record that was the cause.
    package func refusedRecords(within limit: Duration = .zero) -> [Int: KafkaError] {
        let end = ContinuousClock.now + limit
        repeat {
            // Serves the delivery reports that wait, for at most 10 ms.
            _ = unsafe rd_kafka_poll(self.client.pointer, limit == .zero ? 0 : 10)
        } while !self.client.context.hasFailures && ContinuousClock.now < end
        return self.client.context.failed
    }

    /// Waits until all that was handed over is acknowledged, or something fails.
    private func settle(within limit: Duration) throws(KafkaError) -> EnqueueEnd {
        let end = ContinuousClock.now + limit
        while true {
            let code = unsafe rd_kafka_flush(self.client.pointer, 50)
            let refused = self.client.context.failed
            if !refused.isEmpty { return .refused(refused) }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return .complete }
            if code != RD_KAFKA_RESP_ERR__TIMED_OUT { try self.client.check(code) }
            if let error = self.transactionError() ?? self.fatalError() { throw error }
            let late = self.client.context.unacknowledged
            guard ContinuousClock.now >= end else { continue }
            if late.isEmpty { return .complete }
            return self.outstanding(beside: late) > 0 ? .stalled(late) : .late(late)
        }
    }

    /// The error that ended the open transaction, if one did, with the topic that may not be in it.
    ///
    /// A call that an open transaction refuses without any effect is refused for another reason when the transaction
    /// has failed (rdkafka_txnmgr.c, `rd_kafka_txn_require_states0`): there is no other question to ask.
    package func transactionError() -> KafkaError? {
        do {
            try self.beginTransaction()
            return nil
        } catch {
            guard error.disposition == .abortTransaction || error.disposition == .fatal else { return nil }
            guard error.produceVerdict == .topic, error.topic == nil else { return error }
            return error.of(topic: self.client.context.topicRefusedInTransaction)
        }
    }

    /// How many records other than these wait for their acknowledgement.
    private func outstanding(beside watched: Set<Int>) -> Int {
        max(0, Int(unsafe rd_kafka_outq_len(self.client.pointer)) - watched.count)
    }

    /// Gives up watched records that are late while nothing else is: they fail with `_TIMED_OUT`.
    func giveUpLate(after limit: Duration, _ refused: inout [Int: KafkaError]) throws(KafkaError) {
        let end = ContinuousClock.now + limit
        while true {
            let code = unsafe rd_kafka_flush(self.client.pointer, 50)
            if code != RD_KAFKA_RESP_ERR__TIMED_OUT { return }
            if let error = self.fatalError() { throw error }
            let late = self.client.context.unacknowledged
            guard ContinuousClock.now >= end, !late.isEmpty, self.outstanding(beside: late) == 0 else { continue }
            for index in late {
                refused[index] = KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "not acknowledged within \(limit)")
            }
            let everything = Int32(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            _ = unsafe rd_kafka_purge(self.client.pointer, everything)
            return
        }
    }

    /// What a record carries to its report: its index, and whether it is watched.
    static func mark(_ index: Int, _ watched: inout ArraySlice<Int>) -> Int {
        guard watched.first == index else { return index }
        watched.removeFirst()
        return index | ProducerContext.watchedMark
    }
}

extension Producer {
    /// Learns where the topics' partitions lie, so that the first records for them go out at once.
    ///
    /// A record for a topic that the client has not heard of waits until librdkafka next looks at its topics, which it
    /// does once a second. What cannot be learnt here, for want of a broker or of the topic, is looked for again when a
    /// record comes.
    ///
    /// - Parameter timeout: for each topic.
    package func lookUp(topics: [String], timeout: Duration = .seconds(2)) {
        for topic in topics where !Task.isCancelled {
            guard let handle = unsafe rd_kafka_topic_new(self.client.pointer, topic, nil) else { continue }
            defer { unsafe rd_kafka_topic_destroy(handle) }
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = unsafe rd_kafka_metadata(self.client.pointer, 0, handle, &metadata, timeout.wholeMilliseconds)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { unsafe rd_kafka_metadata_destroy(metadata) }
        }
    }
}
