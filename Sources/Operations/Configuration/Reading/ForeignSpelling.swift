/// Names that other programs of the same surroundings use for the same things.
///
/// Sources: Flexprice's server (`kafka.use_sasl`, `kafka.tls`), its Kafka collector (`FLEXPRICE_KAFKA_DLQ_TOPIC`,
/// `FLEXPRICE_KAFKA_SASL_USER`), librdkafka's and Spring's vocabulary. None of them is accepted: two spellings of one
/// setting would need a rule for which of them wins.
enum ForeignSpelling {
    /// What to write in place of a foreign key, or nil if it is not one.
    static func replacement(for key: String) -> String? {
        if let known = keys[key] { return known }
        return properties[key].map { "kafka.properties with \($0)" }
    }

    private static let keys = [
        "kafka.dlq_topic": "kafka.topic_dlq",
        "kafka.result_topic": "kafka.topic_results",
        "kafka.results_topic": "kafka.topic_results",
        "kafka.bootstrap_servers": "kafka.brokers",
        "kafka.group": "kafka.consumer_group",
        "kafka.group_id": "kafka.consumer_group",
        "kafka.rate_limit": "api.rate_limit",
        "kafka.transactional_id": "delivery.transactional_id",
        "api.url": "api.host",
        "api.base_url": "api.host",
        "api.token": "api.key",
        "api.concurrency": "api.max_concurrency",
        "api.environment_id": "environment_id",
        "retry.max_retries": "retry.max_elapsed_time",
        "store.path": "store.url",
        "admin.port": "admin.listen",
        "admin.host": "admin.listen",
        "logging.level": "log.level",
        "logging.format": "log.format",
    ]

    private static let properties = [
        "kafka.client_id": "client.id",
        "kafka.tls": "security.protocol",
        "kafka.tls_ca_cert_file": "ssl.ca.location",
        "kafka.use_sasl": "security.protocol",
        "kafka.sasl_mechanism": "sasl.mechanism",
        "kafka.sasl_user": "sasl.username",
        "kafka.sasl_password": "sasl.password",
        "kafka.security_protocol": "security.protocol",
    ]
}
