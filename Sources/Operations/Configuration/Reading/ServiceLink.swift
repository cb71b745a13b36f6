/// The variables that Kubernetes sets in every container of a namespace, for each of its services (kubernetes.io,
/// «Service environment variables»).
///
/// A service named `flexprice-api` gives `FLEXPRICE_API_SERVICE_HOST`, `FLEXPRICE_API_SERVICE_PORT`,
/// `FLEXPRICE_API_SERVICE_PORT_HTTP`, `FLEXPRICE_API_PORT=tcp://10.0.0.1:80` and `FLEXPRICE_API_PORT_80_TCP_ADDR`: none
/// of them is a setting that somebody misspelt.
enum ServiceLink {
    /// Whether a variable is one.
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
