import Foundation
import Testing

@testable import Settings

@Suite struct StarterConfigurationTests {
    @Test(arguments: StarterConfiguration.allCases)
    func `a file to begin with is valid, and each of its settings has a comment`(
        situation: StarterConfiguration
    ) throws {
        let text = situation.text
        let fixture = try ConfigurationFixture(text)
        let loaded = try fixture.load(["FLEXPRICE_API_KEY": "sk_test"])
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.settings.backend == (situation == .local ? .local : .flexprice))
        switch (situation, loaded.settings.store) {
        case (.local, .sqlite), (.flexprice, .sqlite), (.machines, .postgres): break
        default: Issue.record("\(situation) has the store \(loaded.settings.store)")
        }
        var isCommented = false
        for line in text.components(separatedBy: "\n") {
            let content = line.trimmingCharacters(in: .whitespaces)
            if !content.hasPrefix("#"), !content.isEmpty, !content.hasSuffix(":") {
                #expect(isCommented || content == "backend: flexprice", "\(line)")
            }
            isCommented = content.hasPrefix("#")
            #expect(line.utf8.count <= 120, "\(line)")
        }
    }

    @Test(arguments: StarterConfiguration.allCases)
    func `what is commented out can be taken in`(situation: StarterConfiguration) throws {
        let fixture = try ConfigurationFixture()
        let key = try fixture.write("sk_test\n", to: "api_key")
        let setting = try Regex("(?m)^  # ((?:  )?[a-z._]+:(?: [A-Za-z0-9/_-]+)?)$")
        var taken: [Substring] = []
        let text = situation.text.replacing(setting) { match in
            taken.append(match.output[1].substring ?? "")
            return "  " + (match.output[1].substring ?? "")
        }
        try fixture.write(text.replacing("/etc/customer-worker/api_key", with: key), to: "config.yaml")
        let password = #"{"sasl.password":"secret"}"#
        let settings = try fixture.load(["FLEXPRICE_KAFKA_PROPERTIES": password]).settings
        #expect(taken.contains("properties:"))
        #expect(taken.contains { $0.contains("key_file") } == (situation != .local))
        #expect(settings.kafka.properties.reveal()["sasl.mechanism"] == "SCRAM-SHA-512")
    }
}
