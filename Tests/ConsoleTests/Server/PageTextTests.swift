import Testing

@testable import Console

/// What comes from records cannot become markup.
@Suite struct PageTextTests {
    @Test(arguments: [
        ("<script>", "&lt;script&gt;"), ("a & \"b\" 'c'", "a &amp; &quot;b&quot; &#39;c&#39;"),
        // One character for Swift, and the end of an attribute for a browser.
        ("\"\u{0301} onmouseover=x", "&quot;\u{0301} onmouseover=x"), ("<\u{0338}b", "&lt;\u{0338}b"),
        // What shows another text than the one that is there.
        ("acct_\u{202E}1", "acct_\\u202e1"), ("a\u{0}b\u{1B}[2J", "a\\u0000b\\u001b[2J"), ("a\r\nb\tc", "a\\r\nb\tc"),
    ])
    func escapes(text: String, html: String) {
        #expect(PageText.escaped(text).unicodeScalars.elementsEqual(html.unicodeScalars))
    }

    /// A template without it would use Mustache's own escapes, which take characters and not scalars.
    @Test func everyTemplateBeginsWithIt() {
        #expect(Files.templateTexts.count > 5)
        for (name, text) in Files.templateTexts {
            #expect(text.hasPrefix("{{% CONTENT_TYPE:PAGE}}"), "\(name)")
            #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name): nothing is put in as it is")
        }
    }

    /// The pages' policy forbids these in a browser, where they would be seen late.
    @Test func noTemplateHasScriptsOrStylesOfItsOwn() {
        for (name, text) in Files.templateTexts {
            for pattern in [" style=", " onclick=", " onload=", "javascript:", "http://", "https://", "<style"] {
                #expect(!text.contains(pattern), "\(name) has \(pattern)")
            }
            #expect(!text.contains("<script>"), "\(name)")
        }
    }

    @Test func aForeignTextStaysATextInAPage() throws {
        let pages = try Pages()
        let worker: [String: Any] = [
            "address": "<b>\"\u{0301}", "badge": "x", "kind": "bad", "answers": false, "why": "<i>",
        ]
        let html = pages.fragment("workers", ["workers": [worker]])
        // By scalars: a combining mark makes one character of what is before it.
        #expect(html.unicodeScalars.map { String($0) }.joined(separator: " ").contains("& q u o t ; \u{0301}"))
        #expect(html.contains("&lt;i&gt;"))
    }
}
