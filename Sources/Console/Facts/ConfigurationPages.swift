import HTTPTypes
import Hummingbird
import Settings

/// The settings as they would be used now, each with its origin; secrets are masked.
struct ConfigurationPages: Sendable {
    let sources: SettingsSources
    let pages: Pages

    func addRoutes(to router: Router<ConsoleContext>) {
        router.get("/configuration") { request, context in
            let filter = Form(queryOf: request)["q"] ?? ""
            return self.pages.page("configuration", title: "Configuration", self.content(filter), request, context)
        }
    }

    /// Read for each page: what a reload or a restart would take.
    private func content(_ filter: String) -> Content {
        var content: Content = ["filter": filter]
        do throws(ConfigurationErrors) {
            let loaded = try self.sources.load(needsKey: false)
            let wanted = filter.lowercased()
            let rows = loaded.report.rows.filter { row in
                let texts = [row.key, row.value ?? "", row.origin.description]
                return wanted.isEmpty || texts.contains { $0.lowercased().contains(wanted) }
            }
            content["rows"] = rows.map { row -> Content in
                [
                    "key": row.key, "origin": row.origin.description, "isSet": row.origin != .builtIn,
                    "reload": row.onReload.rawValue, "value": row.value,
                ]
            }
            content["file"] = loaded.configurationFile
            content["warnings"] = (loaded.warnings.map { "\($0)" }).map { ["text": $0] }
        } catch {
            content["problems"] = error.problems.map { ["text": $0.description] }
            content["isWrong"] = true
        }
        return content
    }
}
