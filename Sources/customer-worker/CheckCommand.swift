import ArgumentParser
import FlexpriceAPI
import Foundation
import Operations
import Settings

/// `check`: what is wrong, before anything runs.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look at configuration, broker, topics, group, API, key and store; nothing is changed.",
        discussion: """
            Records are published for trial, with a transactional id of the check's own, in transactions that are \
            aborted; readers of committed records see none of them.

            Ends with 0 when a worker would run, else with the code of the first failure: 78 the configuration, \
            77 a permission, 69 a broker or API that does not answer, 1 anything else.
            """ + Examples.below("check")
    )

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Print the table by which answers of the API are decided, and look at nothing.")
    var explainAnswers = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        if self.explainAnswers {
            let table = Self.answers
            print(self.json ? table.json : table.text(width: Terminal.width), terminator: "")
            return
        }
        let environment = ProcessInfo.processInfo.environment
        let sources = SettingsSources(configPath: self.options.config, environment: environment)
        let findings = await Preflight(sources, environment: environment).run()
        var table = TextTable(columns: ["check", "state", "found", "remedy"])
        for finding in findings {
            table.append([finding.subject, "\(finding.state)", finding.found, finding.remedy])
        }
        print(self.json ? table.json : table.text(width: Terminal.width), terminator: "")
        if findings.status != .success { throw findings.status.exit }
    }

    private static var answers: TextTable {
        var table = TextTable(columns: ["row", "situation", "decision", "sign", "because"])
        for row in AnswerTable.rows {
            table.append([row.id, row.situation.description, row.decision.rawValue, row.sign.rawValue, row.explanation])
        }
        return table
    }
}
