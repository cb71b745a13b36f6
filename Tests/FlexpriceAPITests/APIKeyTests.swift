import FlexpriceAPI
import Records
import Testing

@Suite(.timeLimit(.minutes(1))) struct APIKeyTests {
    private static let secret = "sk_01K3A7Z9Q4M8T2V6X0B1C5D9EF"

    private static func texts(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return ["\(value)", String(reflecting: value), String(describing: Optional(value)), "\([value])", dumped]
    }

    @Test func `a key is in no description, dump or reflection of whatever holds it`() async {
        let key = Secret(Self.secret)
        let settings = FlexpriceSettings(baseURL: "http://127.0.0.1:1/v1", apiKey: key)
        await withClient(settings) { client in
            let texts = Self.texts(key) + Self.texts(settings) + Self.texts(client)
            for text in texts { #expect(!text.contains(Self.secret)) }
            #expect("\(key)" == "<secret>")
        }
    }

    @Test(arguments: ["http://host.invalid/v1", "nonsense", "ftp://127.0.0.1/v1", "", "http://"])
    func `a key is in no failure`(baseURL: String) async throws {
        let exchange = await Self.exchange(baseURL, Self.secret)
        let failure = try #require(exchange.failure)
        for text in Self.texts(failure) + Self.texts(exchange) { #expect(!text.contains(Self.secret)) }
    }

    @Test func `a key is in no failure to connect, and one that no header can hold is in none either`() async throws {
        try await DeafPort.withBaseURL { url in
            for key in [Self.secret, Self.secret + "\r\nx-evil: 1"] {
                let failure = try #require(await Self.exchange(url, key).failure)
                for text in Self.texts(failure) { #expect(!text.contains(Self.secret)) }
            }
        }
    }

    private static func exchange(_ baseURL: String, _ key: String) async -> Exchange {
        let settings = FlexpriceSettings(baseURL: baseURL, apiKey: Secret(key), timeout: .seconds(5))
        return await withClient(settings) { await $0.createCustomer(body: [], requestID: "r") }
    }
}
