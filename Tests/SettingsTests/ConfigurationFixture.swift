import Foundation
import Settings

/// A directory of its own for one test, with a configuration file in it; removed at the end.
final class ConfigurationFixture: Sendable {
    let directory: URL

    /// The path of the configuration file.
    var path: String { directory.appending(path: "config.yaml").path() }

    init(_ yaml: String? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        if let yaml { try write(yaml, to: "config.yaml") }
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    /// Writes a file that only its owner can read, and gives back its path.
    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let path = directory.appending(path: name).path()
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    func load(
        _ environment: [String: String] = [:],
        flags: [SettingFlag] = []
    ) throws(ConfigurationErrors) -> LoadedSettings {
        try SettingsSources(configPath: path, environment: environment, flags: flags).load()
    }

    /// The problems as texts, with the directory cut away; empty if there is none.
    func problems(_ environment: [String: String] = [:], flags: [SettingFlag] = []) -> [String] {
        do throws(ConfigurationErrors) {
            _ = try load(environment, flags: flags)
            return []
        } catch {
            let prefix = directory.path() + (directory.path().hasSuffix("/") ? "" : "/")
            return error.problems.map { $0.description.replacingOccurrences(of: prefix, with: "") }
        }
    }
}
