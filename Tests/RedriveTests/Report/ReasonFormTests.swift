import Testing

@testable import Redrive

@Suite struct ReasonFormTests {
    private static func merged(_ reasons: String...) -> String? {
        let forms = reasons.map { ReasonForm($0) }
        guard Set(forms.map(\.key)).count == 1, var form = forms.first else { return nil }
        for other in forms.dropFirst() { form.merge(other) }
        return form.text
    }

    @Test func `reasons that differ in values are one, and what they share stays readable`() {
        #expect(
            Self.merged(
                "address_country must be an ISO 3166-1 alpha-2 code; found 5 characters",
                "address_country must be an ISO 3166-1 alpha-2 code; found 12 characters"
            ) == "address_country must be an ISO 3166-1 alpha-2 code; found … characters"
        )
        #expect(Self.merged("a customer «Acme Ltd» exists", "a customer «Beta» exists") == "a customer … exists")
        #expect(Self.merged("no route to acct_1, retry", "no route to acct_22, retry") == "no route to … retry")
        #expect(Self.merged("dial 10.0.0.1:80: refused") == "dial 10.0.0.1:80: refused")
        #expect(Self.merged("mail to a@b.c failed", "mail to d@e.f failed") == "mail to … failed")
    }

    @Test func `other words are another reason, and the names of fields are words`() {
        #expect(Self.merged("no such tax code", "no such plan") == nil)
        #expect(Self.merged("address_line1 is long", "address_line2 is long") == nil)
        #expect(Self.merged("(1) address_line1 is long", "(2) address_line1 is long") == "… address_line1 is long")
    }

    @Test(arguments: ["", " ", "'", "it's 'open", "«", "\u{0}", "a\n\nb", "\"\"", "…", "é 1\u{301}"])
    func `whatever a reason is, it has a form`(_ reason: String) {
        var form = ReasonForm(reason)
        #expect(form.key == ReasonForm(reason).key)
        form.merge(ReasonForm("x 1"))
        form.merge(ReasonForm(""))
    }
}
