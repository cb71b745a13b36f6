import FlexpriceAPI
import Testing

@Suite struct ProxyChoiceTests {
    private static let https = "https://us.api.flexprice.io/v1"

    @Test(
        arguments: [
            ([:], https, nil),
            (["HTTPS_PROXY": "http://proxy:3128"], https, "http://proxy:3128"),
            (["https_proxy": "http://lower:1", "HTTPS_PROXY": "http://upper:2"], https, "http://lower:1"),
            (["HTTPS_PROXY": "proxy:3128"], https, "http://proxy:3128"),
            (["HTTPS_PROXY": "http://user:secret@proxy:3128/"], https, "http://proxy:3128"),
            (["HTTPS_PROXY": "http://proxy"], https, "http://proxy:80"),
            (["HTTPS_PROXY": "socks5://proxy"], https, "socks5://proxy:1080"),
            (["HTTPS_PROXY": "http://[::1]:3128"], https, "http://::1:3128"),
            (["HTTPS_PROXY": ""], https, nil), (["HTTP_PROXY": "http://proxy:1"], https, nil),
            (["HTTP_PROXY": "http://proxy:1"], "http://localhost:8080/v1", "http://proxy:1"),
            (["ALL_PROXY": "http://all:1"], https, "http://all:1"),
            (["ALL_PROXY": "http://all:1", "HTTPS_PROXY": "http://one:1"], https, "http://one:1"),
        ] as [([String: String], String, String?)]
    )
    func `the environment names a proxy`(environment: [String: String], url: String, proxy: String?) throws {
        #expect(try ProxyChoice.choose(for: url, environment: environment)?.description == proxy)
    }

    @Test(arguments: [
        ("*", true), ("us.api.flexprice.io", true), ("US.API.FLEXPRICE.IO", true), (".flexprice.io", true),
        ("*.flexprice.io", true), ("flexprice.io", true), ("a.b, flexprice.io", true),
        ("us.api.flexprice.io:443", true),
        ("", false), ("us.api.flexprice.io:8443", false), ("api.flexprice.io.evil", false), ("price.io", false),
        ("localhost,127.0.0.1", false),
    ])
    func `NO_PROXY exempts a host`(list: String, isExempt: Bool) throws {
        let environment = ["HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": list]
        #expect(try (ProxyChoice.choose(for: Self.https, environment: environment) == nil) == isExempt)
    }

    @Test(arguments: ["https://proxy:1", "ftp://proxy", "http://", "socks5://user:secret@proxy", "http://pro xy"])
    func `a proxy that is not supported is told by its variable, without its password`(text: String) {
        #expect {
            try ProxyChoice.choose(for: Self.https, environment: ["HTTPS_PROXY": text])
        } throws: { error in
            "\(error)".hasPrefix("HTTPS_PROXY ") && !"\(error)".contains("secret")
        }
    }

    @Test func `a password is in no description`() throws {
        let proxy = try ProxyChoice.choose(for: Self.https, environment: ["HTTPS_PROXY": "http://u:hidden@p:1"])
        var dumped = ""
        dump(proxy, to: &dumped)
        #expect(!dumped.contains("hidden"))
        #expect(!"\(String(describing: proxy))".contains("hidden"))
    }
}
