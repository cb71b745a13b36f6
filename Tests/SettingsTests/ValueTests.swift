import CustomerContract
import Testing

@testable import Settings

@Suite struct ValueTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("2m", .seconds(120)), ("1h", .seconds(3_600)),
        ("168h", .seconds(604_800)), ("0s", .zero), ("90s", .seconds(90)),
    ])
    func `a duration is read`(_ text: String, _ duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: ["", "30", "s", "-1s", "1.5s", "1 s", "1S", "1d", "1h30m", "+1s", "9223372036854775807h", "٣s"])
    func `anything else is no duration`(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        (Duration.milliseconds(250), "250ms"), (.seconds(30), "30s"), (.seconds(90), "90s"), (.seconds(900), "15m"),
        (.seconds(604_800), "168h"), (.zero, "0s"), (.milliseconds(1_500), "1500ms"),
        (.seconds(Int64.max), "9223372036854775807s"),
    ])
    func `a duration is printed in the largest whole unit`(_ duration: Duration, _ text: String) {
        #expect(DurationText.text(duration) == text)
    }

    @Test(arguments: [("256KiB", 262_144), ("64MiB", 67_108_864), ("1GiB", 1_073_741_824), ("512", 512), ("512B", 512)])
    func `a size is read and printed`(_ text: String, _ bytes: Int) {
        #expect(ByteText.parse(text) == bytes)
        #expect(ByteText.parse(ByteText.text(bytes)) == bytes)
    }

    @Test(arguments: ["", "KiB", "1KB", "1kib", "1.5MiB", "-1", "1 KiB", "9223372036854775807GiB"])
    func `anything else is no size`(_ text: String) {
        #expect(ByteText.parse(text) == nil)
    }

    @Test(arguments: [
        ("us.api.flexprice.io", "https://us.api.flexprice.io/v1"),
        ("us.api.flexprice.io/", "https://us.api.flexprice.io/v1"),
        ("us.api.flexprice.io/v1", "https://us.api.flexprice.io/v1"),
        ("us.api.flexprice.io/v1/", "https://us.api.flexprice.io/v1"),
        ("https://US.api.flexprice.io", "https://us.api.flexprice.io/v1"),
        ("HTTPS://us.api.flexprice.io/v1/", "https://us.api.flexprice.io/v1"),
        ("http://localhost:8080/v1", "http://localhost:8080/v1"),
        ("localhost:8080", "https://localhost:8080/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
        ("https://[2001:db8::443]", "https://[2001:db8::443]/v1"),
        ("https://api.example.org:443/v1", "https://api.example.org:443/v1"),
    ])
    func `the forms of an API host become one`(_ text: String, _ url: String) {
        #expect(APIBaseURL(parsing: text)?.description == url)
    }

    @Test(arguments: [
        "", "/", "/v1", "ftp://a", "https://", "https:///v1", "https://a/v2", "https://a/v1/customers", "a b", "a?x=1",
        "https://u@a", "https://u:p@a/v1", "https://a#f", "a:0", "a:70000", "a:x", "a//v1", "https://a/v1//", "-a",
        "ä.de",
    ])
    func `any other API host is refused`(_ text: String) {
        #expect(APIBaseURL(parsing: text) == nil)
    }

    @Test(arguments: [
        ("sqlite:/var/x.sqlite", "sqlite:/var/x.sqlite"), ("sqlite:///var/x.sqlite", "sqlite:/var/x.sqlite"),
        ("sqlite:x.sqlite", "sqlite:x.sqlite"), ("postgres://db/x", "postgres://db/x"),
    ])
    func `a store is read`(_ text: String, _ url: String) {
        #expect(StoreURL(parsing: text)?.description == url)
    }

    @Test(arguments: [
        "", "sqlite:", "sqlite://host/x", "sqlite:/dir/", "/var/x", "postgres://", "postgres://a b", "pg://a",
    ])
    func `anything else is no store`(_ text: String) {
        #expect(StoreURL(parsing: text) == nil)
    }

    @Test(arguments: [("replies", "replies", true), ("replies", "replies2", false), ("team-*", "team-a", true)])
    func `a reply topic is an exact name or a prefix`(_ entry: String, _ topic: String, _ matches: Bool) {
        #expect(ReplyTopicAllowList.isEntry(entry))
        #expect(ReplyTopicAllowList([entry]).allows(topic) == matches)
    }

    @Test(arguments: ["", "a*b", "**", "a b", "..", String(repeating: "a", count: 250)])
    func `anything else is no entry for reply topics`(_ entry: String) {
        #expect(!ReplyTopicAllowList.isEntry(entry))
    }
}
