package import Settings

/// Looks at everything that a worker needs, without changing any of it, and says what is wrong and how to fix it.
///
/// ```swift
/// let findings = await Preflight(sources, environment: environment).run()
/// ```
package struct Preflight: Sendable {
    private let sources: SettingsSources
    private let environment: [String: String]
    private let needsKey: Bool

    /// - Parameters:
    ///   - environment: names the proxy on the way to the API.
    ///   - needsKey: whether a missing API key is a failure; `false` for a process that has none, which then does not
    ///     look at the API.
    package init(_ sources: SettingsSources, environment: [String: String], needsKey: Bool = true) {
        self.sources = sources
        self.environment = environment
        self.needsKey = needsKey
    }

    /// Looks at one after the other; never longer than about half a minute.
    package func run() async -> [CheckFinding] {
        let loaded: LoadedSettings
        do throws(ConfigurationErrors) {
            loaded = try self.sources.load(needsKey: false)
        } catch {
            let others = ["broker", "topics", "group", "api", "store"]
            return error.problems.map { CheckFinding("configuration", $0) }
                + others.map { CheckFinding($0, .skipped, "the configuration comes first") }
        }
        let settings = loaded.settings
        let file = loaded.configurationFile ?? "no file; environment and defaults"
        var findings = [CheckFinding("configuration", .fine, file)]
        findings += loaded.warnings.map { CheckFinding("configuration", .warning, "\($0)") }
        findings += await BrokerCheck(settings).run()
        findings +=
            loaded.keyProblems.isEmpty
            ? await APICheck.run(settings, environment: self.environment)
            : self.findings(withoutKey: loaded.keyProblems)
        return findings + [await StoreCheck.run(settings.store)]
    }

    /// What is said in place of a look at the API when there is no key.
    func findings(withoutKey problems: [ConfigurationProblem]) -> [CheckFinding] {
        if self.needsKey { return problems.map { CheckFinding("api key", $0) } }
        let remedy = "«customer-worker check» with the worker's key looks at both"
        return [CheckFinding("api, api key", .skipped, "the key is the worker's alone", remedy: remedy)]
    }
}

extension CheckFinding {
    fileprivate init(_ subject: String, _ problem: ConfigurationProblem) {
        self.init(
            subject,
            .failed(.configuration),
            "\(problem.key.map { "\($0) " } ?? "")(\(problem.place)): \(problem.found)",
            remedy: "expected \(problem.expected)\(problem.nearest.map { "; did you mean \($0)?" } ?? "")"
        )
    }
}
