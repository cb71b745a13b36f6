import Testing

@testable import Console

@Suite struct FormTests {
    @Test func readsNamesAndValuesInTheirOrder() throws {
        let form = try #require(Form(parsing: "position=0%2F1&position=0%2F2&note=a+b%20c&empty=&bare"))
        #expect(form.all("position") == ["0/1", "0/2"])
        #expect(form["note"] == "a b c")
        #expect(form["empty"] == nil)
        #expect(form.all("bare") == [""])
        #expect(form["absent"] == nil)
    }

    @Test(arguments: ["a=%", "a=%2", "a=%GG", "a=%FF", "%C3=1"])
    func refusesWhatIsNoText(text: String) {
        #expect(Form(parsing: text) == nil)
    }

    @Test func refusesMoreFieldsThanAPageHas() {
        #expect(Form(parsing: Array(repeating: "a=1", count: 5_000).joined(separator: "&")) != nil)
        #expect(Form(parsing: Array(repeating: "a=1", count: 5_001).joined(separator: "&")) == nil)
    }

    @Test(arguments: ["a&b=c", "ä%+ \n\"<>'", "", "ユーザー"])
    func itsQueryIsReadBack(text: String) {
        let form = Form([(name: text, value: text), (name: "x", value: text)])
        #expect(Form(parsing: form.query)?.all("x") == [text])
        #expect(Form(parsing: form.query) == form)
    }
}
