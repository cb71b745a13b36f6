import Testing

@testable import Operations

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("acct_1", 6), ("é", 1), ("e\u{301}", 1), ("顧客", 4), ("ｱ", 1), ("Ａ", 2), ("🎉", 2), ("👩‍👩‍👧", 2),
        ("☎\u{FE0F}", 2), ("…", 1),
        ("한", 2), ("a\u{200B}b", 2),
    ])
    func `wide characters and emoji take two columns, marks none`(_ text: String, _ columns: Int) {
        #expect(text.displayWidth == columns)
        #expect(text.padding(to: 20).displayWidth == 20)
    }

    @Test(arguments: [
        ("customer", 8, "customer"), ("customer", 7, "custom…"), ("customer", 1, "…"), ("customer", 0, ""),
        ("顧客番号", 5, "顧客…"),
        ("顧客番号", 6, "顧客…"),
    ])
    func `a text is cut at a column, and says so`(_ text: String, _ width: Int, _ cut: String) {
        #expect(text.shortened(to: width) == cut)
    }

    @Test func `a sentence is broken between words, and each line is as far in`() {
        let text = "  start the broker, or correct kafka.brokers"
        #expect(text.wrapped(to: 44) == [text])
        #expect(text.wrapped(to: 20) == ["  start the broker,", "  or correct", "  kafka.brokers"])
        #expect(text.wrapped(to: 20, hanging: 2) == ["  start the broker,", "    or correct", "    kafka.brokers"])
        #expect("key    value".wrapped(to: 12) == ["key    value"])
        #expect("".wrapped(to: 5) == [""])
    }

    @Test func `a word that is too long is broken behind a sign, and nothing of it is lost`() {
        let path = "/var/lib/customer-worker/customers.sqlite"
        #expect(path.wrapped(to: 25) == ["/var/lib/customer-worker/", "customers.sqlite"])
        for width in 1...50 {
            let lines = path.wrapped(to: width)
            #expect(lines.joined() == path)
            #expect(lines.allSatisfy { $0.displayWidth <= width })
        }
        // A character of two columns has no room in one; it is written nevertheless.
        #expect("顧客".wrapped(to: 1) == ["顧", "客"])
    }

    @Test func `a command between backticks stays on one line, if it has room there`() {
        let text = "create it with `customer-worker topics create` first"
        #expect(text.wrapped(to: 33) == ["create it with", "`customer-worker topics create`", "first"])
        #expect(text.wrapped(to: 20).allSatisfy { $0.count <= 20 })
    }
}
