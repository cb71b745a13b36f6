import Testing

@testable import FlexpriceAPI

@Suite struct ContentTypeTests {
    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON;charset=utf-8",
        "\t application/json \t;q=1",
        "application/problem+json", "application/problem+JSON; charset=utf-8",
    ])
    func `JSON is known by its type or its suffix, whatever its case and parameters`(text: String) {
        #expect(HTTPAnswer.isJSON(contentType: text))
    }

    @Test(arguments: [
        "", " ", ";", "text/html", "text/html; x=application/json", "application/jsonp", "application/json-seq", "json",
        "application/xjson", "text/plain;+json", "application/jsön",
    ])
    func `what only looks like JSON is not`(text: String) {
        #expect(!HTTPAnswer.isJSON(contentType: text))
    }
}
