import Glibc
import Records

/// The librdkafka properties of `kafka.properties`, of which some are secrets.
///
/// Printing it masks the values of passwords and keys.
package struct KafkaProperties: Sendable, Equatable {
    private let values: [String: String]

    /// Wraps properties that were already looked through by ``RefusedProperty``.
    package init(_ values: [String: String] = [:]) {
        self.values = values
    }

    package var names: [String] { self.values.keys.sorted() }

    /// All properties with their real values, for the one place that hands them to librdkafka.
    package func reveal() -> [String: String] { self.values }

    /// The value of a property, masked if it is a secret; nil if it is not set.
    package func shown(_ name: String) -> String? {
        guard let value = self.values[name] else { return nil }
        return Self.isSecret(name) ? Secret.mask : value
    }

    /// Whether one of them names a file that is there, and that this process may not read.
    var nameForbiddenFiles: Bool {
        self.values.contains { name, path in
            let isFile = [".location", ".keytab", ".file"].contains { name.hasSuffix($0) }
            return isFile && access(path, R_OK) != 0 && errno == EACCES
        }
    }

    var holdsSecrets: Bool { self.values.keys.contains(where: Self.isSecret) }

    /// Whether a property's value may not be shown.
    ///
    /// By name part and not by list, so that a property of a later librdkafka (`…client.secret`) is masked as well.
    /// `sasl.oauthbearer.config` and PEM texts hold credentials under harmless names; a `.location` is only a path.
    static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".location") { return false }
        return ["password", "secret", "token", "jaas", "key.pem", "oauthbearer.config", "oauthbearer.assertion"]
            .contains { name.contains($0) } && name != "sasl.oauthbearer.token.endpoint.url"
    }
}

extension KafkaProperties: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `{name: value, …}` with secrets masked.
    package var description: String {
        "{" + self.names.map { "\($0): \(self.shown($0) ?? "")" }.joined(separator: ", ") + "}"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror {
        let children = self.names.map { (label: Optional($0), value: self.shown($0) as Any) }
        return Mirror(self, children: children, displayStyle: .dictionary)
    }
}
