import ArgumentParser
import Operations
import Settings

/// Where a running worker is asked.
struct AdminOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("The worker's admin endpoint, in place of admin.listen.", valueName: "host:port"))
    var address: String?

    func validate() throws {
        if let address = self.address, HostAndPort(parsing: address) == nil {
            throw ValidationError("--address \(address): expected HOST:PORT")
        }
    }

    /// The client for `--address`, or for `admin.listen` of the settings.
    func client() throws -> AdminClient {
        if let address = self.address.flatMap({ HostAndPort(parsing: $0) }) { return AdminClient(address) }
        let listen = try self.settings.load().settings.adminListen
        guard listen.port != 0 else {
            throw ValidationError("admin.listen leaves the port to the system: name it with --address HOST:PORT")
        }
        return AdminClient(listen.reachable)
    }
}
