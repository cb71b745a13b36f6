import Records
import Settings
import Testing

@Suite struct SecretTests {
    private static let password = "hunter2"

    /// Settings with a secret in each place that can hold one.
    private func settings() throws -> LoadedSettings {
        try ConfigurationFixture("").load([
            "FLEXPRICE_API_KEY": Self.password,
            "FLEXPRICE_STORE_URL": "postgres://u:\(Self.password)@db/x?sslpassword=\(Self.password)",
            "FLEXPRICE_KAFKA_PROPERTIES":
                #"{"sasl.password": "hunter2", "ssl.key.pem": "hunter2", "ssl.key.location": "/dev/null"}"#,
        ])
    }

    @Test func `no way of printing settings shows a secret`() throws {
        let loaded = try settings()
        var dumped = ""
        dump(loaded, to: &dumped)
        let texts = [
            "\(loaded)", String(reflecting: loaded), dumped, "\(loaded.report)", loaded.report.json,
            "\(Mirror(reflecting: loaded.settings.api).children.map(\.value))",
        ]
        for text in texts {
            #expect(!text.contains(Self.password))
            #expect(text.contains(Secret.mask))
        }
    }

    @Test func `the secret itself comes out only on demand`() throws {
        let settings = try settings().settings
        #expect(settings.api.key?.reveal() == Self.password)
        #expect(settings.kafka.properties.reveal()["sasl.password"] == Self.password)
        #expect(settings.kafka.properties.shown("sasl.password") == Secret.mask)
        #expect(settings.kafka.properties.shown("ssl.key.location") == "/dev/null")
        #expect(settings.store.description == "postgres://u:<secret>@db/x?sslpassword=<secret>")
    }

    @Test(arguments: [
        ("postgres://u:a%40b@db/x", "postgres://u:<secret>@db/x"),
        ("postgres://u:a?b@db/x", "postgres://u:<secret>@db/x"),
        ("postgres://u@db/x", "postgres://u@db/x"),
        ("postgres:///x?host=/run&password=p&user=u", "postgres:///x?host=/run&password=<secret>&user=u"),
        ("postgresql://u:p@db:5432/x", "postgresql://u:<secret>@db:5432/x"),
    ])
    func `the password of a store is masked wherever it stands`(_ url: String, _ shown: String) throws {
        let loaded = try ConfigurationFixture("").load(["FLEXPRICE_STORE_URL": url])
        #expect(loaded.settings.store.description == shown)
    }

    @Test(arguments: ["postgres://u:hunter2@b@db/x", "postgres://u:hunter2/b@db/x", "postgres://u:a/hunter2@db/x"])
    func `a password that libpq would take for a host is refused and not shown`(_ url: String) {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try ConfigurationFixture("").load(["FLEXPRICE_STORE_URL": url])
        }
        #expect(errors?.problems.map(\.key) == ["store.url"])
        #expect(errors.map { "\($0)".contains("hunter2") } == false)
    }
}
