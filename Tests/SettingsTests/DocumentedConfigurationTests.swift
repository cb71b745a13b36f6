import Foundation
import Testing

@testable import Settings

@Suite struct DocumentedConfigurationTests {
    private static let path = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "config/customer-worker.yaml").path()

    private func load() throws -> LoadedSettings {
        try SettingsSources(configPath: Self.path, environment: [:]).load()
    }

    @Test func `the documented file is valid and changes nothing`() throws {
        #expect(try load().settings == Settings.defaults)
    }

    @Test func `the documented file names every key and no other`() throws {
        let file = try #require(try ConfigurationFile.load(path: Self.path, mayBeMissing: false)).0
        let sections = try #require(file.root).children
        let documented = sections.flatMap { section, entry in
            entry.children.isEmpty ? [section] : entry.children.map { "\(section).\($0.name)" }
        }
        #expect(documented.sorted() == (try load().report.rows.map(\.key).sorted()))
    }

    @Test func `every documented key has a comment above it`() throws {
        let lines = try String(contentsOfFile: Self.path, encoding: .utf8).components(separatedBy: "\n")
        var commented = false
        for line in lines {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("#") {
                commented = true
                continue
            }
            if text.isEmpty {
                commented = false
                continue
            }
            // A section's own line needs no comment, and keys right below a commented one share it.
            if text.hasSuffix(":") { continue }
            #expect(commented, "\(line)")
        }
    }

    @Test func `settings that take effect on reload are marked in the file`() throws {
        let yaml = try String(contentsOfFile: Self.path, encoding: .utf8)
        let live = try load().report.rows.filter { $0.onReload == .takesEffect }.map(\.key)
        let marks = yaml.components(separatedBy: "\n").filter { $0.hasSuffix("[reload]") }.count
        #expect(marks == live.count)
    }
}
