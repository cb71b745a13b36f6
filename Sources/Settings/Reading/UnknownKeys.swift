import CustomerContract

/// Finds the keys, variables and options that name no setting.
struct UnknownKeys: Sendable {
    private let known: [String]
    private let sections: Set<String>

    /// - Parameter known: every key, dotted.
    init(known: [String]) {
        self.known = known
        let dotted = known.filter { $0.contains(".") }
        self.sections = Set(dotted.compactMap { $0.split(separator: ".").first.map(String.init) })
    }

    /// The unknown keys of the file, and sections that are not maps.
    func problems(in file: ConfigurationFile) -> [ConfigurationProblem] {
        (file.root?.children ?? []).flatMap { name, entry -> [ConfigurationProblem] in
            let place = SettingOrigin.file(path: file.path, line: entry.line)
            guard self.sections.contains(name) else {
                return self.known.contains(name) && !name.contains(".") ? [] : [self.unknown(name, place)]
            }
            switch entry.content {
            case .nothing: return []
            case .text, .list:
                let expected = "a map of the settings of this section"
                return [ConfigurationProblem(key: name, place: place, found: entry.phrase, expected: expected)]
            case .map(let children):
                return children.compactMap { child, entry in
                    let key = "\(name).\(child)"
                    return self.known.contains(key) ? nil : self.unknown(key, .file(path: file.path, line: entry.line))
                }
            }
        }
    }

    /// The variables that look meant for this program and name no setting.
    ///
    /// Other programs of Flexprice share the prefix, so a variable is taken for a slip only if it begins like one of
    /// our sections, or is within two letters of one of our names.
    func problems(in environment: [String: String]) -> [ConfigurationProblem] {
        let names = Dictionary(self.known.map { (EnvironmentLayer.name(of: $0), $0) }) { first, _ in first }
        return EnvironmentLayer.relevant(environment).keys.compactMap { name -> ConfigurationProblem? in
            guard names[name] == nil else { return nil }
            let words = name.dropFirst(EnvironmentLayer.prefix.count).lowercased()
            let section = self.sections.first { words.hasPrefix($0 + "_") }
            let slip = NearestName.find(name, among: names.keys, limit: 2)
            guard section != nil || slip != nil else { return nil }
            let key = section.map { "\($0).\(words.dropFirst($0.count + 1))" } ?? words
            return self.unknown(key, .environment(name)) { EnvironmentLayer.name(of: $0) }
        }
    }

    func problems(in flags: [SettingFlag]) -> [ConfigurationProblem] {
        flags.compactMap { self.known.contains($0.key) ? nil : self.unknown($0.key, .flag($0.name)) }
    }

    /// - Parameter spelling: how a key is written where the mistake was made.
    private func unknown(
        _ key: String,
        _ place: SettingOrigin,
        spelling: (String) -> String = { $0 }
    ) -> ConfigurationProblem {
        if self.known.contains(key) {
            let expected = "the part after the dot below the section, indented"
            return ConfigurationProblem(key: key, place: place, found: "a key with a dot in it", expected: expected)
        }
        let replacement =
            ForeignSpelling.keys[key].map(spelling)
            ?? ForeignSpelling.properties[key].map { "\(spelling("kafka.properties")) with \($0)" }
        let section = key.split(separator: ".").first.map(String.init) ?? key
        // A misspelt section is compared with sections, so that the hint is not lost in what is below it.
        let candidates = key.contains(".") ? self.known : self.known + self.sections
        let nearest =
            replacement ?? NearestName.find(key, among: candidates).map(spelling) ?? self.elsewhere(key).map(spelling)
        let isInSection = key.contains(".") && self.sections.contains(section)
        return ConfigurationProblem(
            key: key,
            place: place,
            found: "an unknown key",
            expected: isInSection ? "a key of the section \(section)" : "a known key",
            nearest: nearest
        )
    }

    /// The one setting of the same last word, for a key in the wrong section (`kafka.rate_limit`).
    private func elsewhere(_ key: String) -> String? {
        let last = key.split(separator: ".").last.map(String.init) ?? key
        let matches = self.known.filter { $0.hasSuffix("." + last) }
        return matches.count == 1 ? matches[0] : nil
    }
}

/// Names that other programs of the same surroundings use for the same things.
///
/// Sources: Flexprice's server (`kafka.use_sasl`, `kafka.tls`), its Kafka collector (`FLEXPRICE_KAFKA_DLQ_TOPIC`,
/// `FLEXPRICE_KAFKA_SASL_USER`), librdkafka's and Spring's vocabulary. None of them is accepted: two spellings of one
/// setting would need a rule for which of them wins.
enum ForeignSpelling {
    /// The setting to write in place of a foreign key.
    static let keys = [
        "kafka.dlq_topic": "kafka.topic_dlq", "kafka.result_topic": "kafka.topic_results",
        "kafka.results_topic": "kafka.topic_results", "kafka.bootstrap_servers": "kafka.brokers",
        "kafka.group": "kafka.consumer_group", "kafka.group_id": "kafka.consumer_group",
        "kafka.rate_limit": "api.rate_limit", "kafka.transactional_id": "delivery.transactional_id",
        "api.url": "api.host", "api.base_url": "api.host", "api.token": "api.key",
        "api.concurrency": "api.max_concurrency", "api.environment_id": "environment_id",
        "retry.max_retries": "retry.max_elapsed_time", "store.path": "store.url", "admin.port": "admin.listen",
        "admin.host": "admin.listen", "logging.level": "log.level", "logging.format": "log.format",
    ]

    /// The property of librdkafka to write in place of a foreign key.
    static let properties = [
        "kafka.client_id": "client.id", "kafka.tls": "security.protocol", "kafka.tls_ca_cert_file": "ssl.ca.location",
        "kafka.use_sasl": "security.protocol", "kafka.sasl_mechanism": "sasl.mechanism",
        "kafka.sasl_user": "sasl.username", "kafka.sasl_password": "sasl.password",
        "kafka.security_protocol": "security.protocol",
    ]
}
