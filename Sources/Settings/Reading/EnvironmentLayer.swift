import Configuration

/// The names and rules of environment variables.
enum EnvironmentLayer {
    static let prefix = "FLEXPRICE_"

    /// The variable of a key: `kafka.topic_dlq` is `FLEXPRICE_KAFKA_TOPIC_DLQ`.
    static func name(of key: String) -> String {
        Self.prefix + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// The variables that concern this program.
    ///
    /// An empty one counts as not set, as it does for Flexprice's server:
    /// compose files and unit files often pass an empty value on where nothing was meant.
    static func relevant(_ environment: [String: String]) -> [String: String] {
        environment.filter {
            $0.key.hasPrefix(Self.prefix) && !$0.value.isEmpty && !ServiceLink.matches($0.key, $0.value)
        }
    }

    /// The variables with our prefix that Kubernetes set for services, in order.
    static func serviceLinks(_ environment: [String: String]) -> [String] {
        environment.filter { $0.key.hasPrefix(Self.prefix) && ServiceLink.matches($0.key, $0.value) }.keys.sorted()
    }

    static func layer(_ environment: [String: String]) -> SettingLayer {
        SettingLayer(snapshot: Self.snapshot(Self.relevant(environment))) { key, _ in
            .environment(Self.name(of: key.joined(separator: ".")))
        }
    }

    /// Options of the command line as a source: their values are written as the variable's would be (lists with
    /// commas, maps as JSON), so the same provider reads them.
    static func layer(_ flags: [SettingFlag]) -> SettingLayer {
        let values = Dictionary(flags.map { (Self.name(of: $0.key), $0.value) }) { _, last in last }
        let names = Dictionary(flags.map { ($0.key, $0.name) }) { _, last in last }
        return SettingLayer(snapshot: Self.snapshot(values), isPublic: true) { key, _ in
            .flag(names[key.joined(separator: ".")] ?? "")
        }
    }

    private static func snapshot(_ variables: [String: String]) -> any ConfigSnapshot {
        EnvironmentVariablesProvider(
            environmentVariables: variables,
            secretsSpecifier: .all,
            bytesDecoder: PlainBytes()
        )
        .prefixKeys(with: "flexprice").snapshot()
    }
}

/// Hands a variable's text over as its UTF-8 bytes; used for maps, which are JSON documents.
private struct PlainBytes: ConfigBytesFromStringDecoder {
    func decode(_ value: String) -> [UInt8]? { Array(value.utf8) }
}

/// The variables that Kubernetes sets in every container of a namespace, for each of its services (kubernetes.io,
/// «Service environment variables»).
///
/// A service named `flexprice-api` gives `FLEXPRICE_API_SERVICE_HOST`, `FLEXPRICE_API_SERVICE_PORT`,
/// `FLEXPRICE_API_SERVICE_PORT_HTTP`, `FLEXPRICE_API_PORT=tcp://10.0.0.1:80` and `FLEXPRICE_API_PORT_80_TCP_ADDR`: none
/// of them is a misspelt setting.
enum ServiceLink {
    static func matches(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
            return true
        }
        if name.hasSuffix("_PORT"), Self.protocols.contains(where: { value.hasPrefix($0.lowercased() + "://") }) {
            return true
        }
        // …_PORT_80_TCP, and with _PROTO, _PORT or _ADDR behind it.
        let words = name.split(separator: "_")
        return words.indices.dropFirst().dropLast(2).contains { index in
            words[index] == "PORT" && UInt16(words[index + 1]) != nil
                && Self.protocols.contains(String(words[index + 2]))
        }
    }

    private static let protocols: Set<String> = ["TCP", "UDP", "SCTP"]
}
