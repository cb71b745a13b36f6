/// The librdkafka properties that users may set to whatever librdkafka takes: security, connections, tuning.
///
/// Those of librdkafka 2.0 to 2.15, by the kind of client that CONFIGURATION.md marks them for. What delivery rests on
/// is in ``RefusedProperty``. A test compares both lists with the library that is linked: a name that a later version
/// brings goes into one of them after reading what it does.
enum PassedProperty {
    static let ofEveryClient: Set<String> = [
        "api.version.request.timeout.ms", "broker.address.family", "broker.address.ttl", "broker.version.fallback",
        "builtin.features", "client.dns.lookup", "client.id", "client.rack", "client.software.name",
        "client.software.version", "connections.max.idle.ms", "debug", "enable.metrics.push",
        "enable.sasl.oauthbearer.unsecure.jwt", "enable.sparse.connections", "enable.ssl.certificate.verification",
        "https.ca.location", "https.ca.pem", "log.connection.close", "log.thread.name", "log_level",
        "message.copy.max.bytes", "message.max.bytes", "metadata.max.age.ms",
        "metadata.recovery.rebootstrap.trigger.ms", "metadata.request.timeout.ms",
        "reconnect.backoff.jitter.ms", "reconnect.backoff.max.ms", "reconnect.backoff.ms", "retry.backoff.max.ms",
        "sasl.kerberos.keytab", "sasl.kerberos.kinit.cmd",
        "sasl.kerberos.min.time.before.relogin", "sasl.kerberos.principal", "sasl.kerberos.service.name",
        "sasl.mechanism", "sasl.mechanisms", "sasl.oauthbearer.assertion.algorithm",
        "sasl.oauthbearer.assertion.claim.aud", "sasl.oauthbearer.assertion.claim.exp.seconds",
        "sasl.oauthbearer.assertion.claim.iss", "sasl.oauthbearer.assertion.claim.jti.include",
        "sasl.oauthbearer.assertion.claim.nbf.seconds", "sasl.oauthbearer.assertion.claim.sub",
        "sasl.oauthbearer.assertion.file", "sasl.oauthbearer.assertion.jwt.template.file",
        "sasl.oauthbearer.assertion.private.key.file", "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem", "sasl.oauthbearer.client.credentials.client.id",
        "sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "sasl.oauthbearer.extensions",
        "sasl.oauthbearer.grant.type", "sasl.oauthbearer.metadata.authentication.type", "sasl.oauthbearer.method",
        "sasl.oauthbearer.scope", "sasl.oauthbearer.sub.claim.name", "sasl.oauthbearer.token.endpoint.url",
        "sasl.password", "sasl.username", "security.protocol", "socket.blocking.max.ms",
        "socket.connection.setup.timeout.ms", "socket.keepalive.enable", "socket.nagle.disable",
        "socket.receive.buffer.bytes", "socket.send.buffer.bytes", "socket.timeout.ms", "ssl.ca.certificate.stores",
        "ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location", "ssl.certificate.pem", "ssl.cipher.suites",
        "ssl.crl.location", "ssl.curves.list", "ssl.endpoint.identification.algorithm", "ssl.engine.id",
        "ssl.engine.location", "ssl.key.location", "ssl.key.password", "ssl.key.pem", "ssl.keystore.location",
        "ssl.keystore.password", "ssl.providers", "ssl.sigalgs.list", "topic.metadata.propagation.max.ms",
        "topic.metadata.refresh.fast.cnt", "topic.metadata.refresh.fast.interval.ms", "topic.metadata.refresh.sparse",
    ]

    static let ofConsumers: Set<String> = [
        "check.crcs", "coordinator.query.interval.ms", "fetch.error.backoff.ms", "fetch.max.bytes",
        "fetch.message.max.bytes", "fetch.min.bytes", "fetch.queue.backoff.ms", "fetch.wait.max.ms", "group.protocol",
        "group.remote.assignor", "heartbeat.interval.ms", "max.partition.fetch.bytes", "max.poll.interval.ms",
        "partition.assignment.strategy", "queued.max.messages.kbytes", "queued.min.messages", "session.timeout.ms",
    ]

    static let ofProducers: Set<String> = [
        "batch.num.messages", "batch.size", "compression.codec", "compression.level", "compression.type", "linger.ms",
        "produce.offset.report", "queue.buffering.backpressure.threshold", "queue.buffering.max.messages",
        "queue.buffering.max.ms", "request.timeout.ms", "retry.backoff.ms", "sticky.partitioning.linger.ms",
    ]
}
