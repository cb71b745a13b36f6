import CommandWorker
import Foundation
import Logging
import Records
import Settings
import Synchronization
import Testing

@testable import Operations
@testable import WorkerLogging

@Suite struct SettingsReloadTests {
    /// The lines of a log.
    private final class Lines: LogSink {
        private let stored = Mutex<[String]>([])

        var lines: [String] { self.stored.withLock { $0 } }

        func write(_ line: String) { self.stored.withLock { $0.append(line) } }
    }

    /// A file that changes, a log that is kept, and the settings that were put into force.
    private final class Reloaded: Sendable {
        let folder: URL
        let log = Lines()
        let level = LogLevelControl(.info)
        let applied = Mutex<[Settings]>([])
        let environment: [String: String]

        init(_ yaml: String, environment: [String: String] = [:]) throws {
            self.folder = FileManager.default.temporaryDirectory.appending(path: "reload-\(UUID().uuidString)")
            self.environment = environment
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
            try self.write(yaml)
        }

        deinit { try? FileManager.default.removeItem(at: self.folder) }

        func write(_ yaml: String) throws {
            try Data(yaml.utf8).write(to: self.folder.appending(path: "config.yaml"))
        }

        func start() throws -> SettingsReload {
            let sources = SettingsSources(
                configPath: self.folder.appending(path: "config.yaml").path,
                environment: self.environment
            )
            return SettingsReload(
                sources,
                current: try sources.load(),
                level: self.level,
                logger: Logger(label: "test") { [log, level] label in
                    LineLogHandler(label: label, format: .text, sink: log, control: level)
                }
            ) { settings in self.applied.withLock { $0.append(settings) } }
        }
    }

    @Test func `what a reload can change is put into force and told, old value and new`() async throws {
        let fixture = try Reloaded("retry:\n  max_interval: 30s\n")
        let reload = try fixture.start()
        try fixture.write("retry:\n  max_interval: 10s\nlog:\n  level: debug\n")
        await reload.reload()
        #expect(fixture.level.level == .debug)
        #expect(fixture.applied.withLock { $0.map(\.worker.live.retry.maximumInterval) } == [.seconds(10)])
        let lines = fixture.log.lines.joined()
        #expect(fixture.log.lines.count == 2)
        #expect(lines.contains("new_value=10s old_value=30s setting=retry.max_interval"))
        #expect(lines.contains("new_value=debug old_value=info setting=log.level"))
    }

    @Test func `a file with any mistake is refused as a whole, and the next good one is taken`() async throws {
        let fixture = try Reloaded("log:\n  level: info\n")
        let reload = try fixture.start()
        try fixture.write("log:\n  level: debug\nretry:\n  multiplier: 0\nzebra: 1\n")
        #expect(await !reload.reload().isInEffect)
        #expect(fixture.level.level == .info)
        #expect(fixture.applied.withLock { $0.isEmpty })
        let line = try #require(fixture.log.lines.first)
        #expect(line.contains("New settings refused; the old ones stay"))
        #expect(line.contains("retry.multiplier") && line.contains("zebra"))

        try fixture.write("log:\n  level: debug\n")
        await reload.reload()
        #expect(fixture.level.level == .debug)
    }

    @Test func `what needs a restart is named and not put into force as if it were`() async throws {
        let fixture = try Reloaded("kafka:\n  topic: a\n")
        let reload = try fixture.start()
        try fixture.write("kafka:\n  topic: b\n")
        #expect(await reload.reload() == ReloadReport(needsRestart: ["kafka.topic"]))
        let line = try #require(fixture.log.lines.first)
        #expect(line.contains("warning"))
        #expect(line.contains("Setting changed; it takes effect at the next start"))
        #expect(line.contains("setting=kafka.topic"))
    }

    @Test func `what is the console's needs no restart of the worker`() async throws {
        let fixture = try Reloaded("console:\n  listen: 127.0.0.1:9480\n")
        let reload = try fixture.start()
        try fixture.write("console:\n  listen: 127.0.0.1:9481\n")
        #expect(await reload.reload() == ReloadReport())
    }

    @Test func `a new key from a file is told without either key`() async throws {
        let fixture = try Reloaded("")
        let key = fixture.folder.appending(path: "key")
        try Data("sk_old_secret\n".utf8).write(to: key)
        let yaml = "backend: flexprice\napi:\n  host: us.api.flexprice.io\n  key_file: \(key.path)\n"
        try fixture.write(yaml)
        let reload = try fixture.start()
        try Data("sk_new_secret\n".utf8).write(to: key)
        await reload.reload()
        #expect(fixture.applied.withLock { $0.last?.api.key?.reveal() } == "sk_new_secret")
        let lines = fixture.log.lines.joined()
        #expect(lines.contains("setting=api.key"))
        #expect(!lines.contains("_secret"))
    }

    @Test func `settings that have not changed are handed over too, since a reload lifts a wait`() async throws {
        let fixture = try Reloaded("log:\n  level: info\n")
        let reload = try fixture.start()
        try fixture.write("# A remark.\nlog: {level: info}\n")
        #expect(await reload.reload() == ReloadReport())
        #expect(fixture.applied.withLock { $0.count } == 1)
        #expect(fixture.log.lines.joined().contains("Settings read again; nothing has changed"))
    }
}
