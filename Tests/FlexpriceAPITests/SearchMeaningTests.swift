import CustomerContract
import FlexpriceAPI
import Testing

@Suite struct SearchMeaningTests {
    private static func name(_ meaning: SearchMeaning) -> String {
        switch meaning {
        case .found(let customer): "found \(customer["id"]?.stringValue ?? "-")"
        case .absent: "absent"
        case .unusable: "unusable"
        }
    }

    @Test(arguments: [
        (200, #"{"items":[{"id":"cust_1","external_id":"a"}],"pagination":{"total":1}}"#, "found cust_1"),
        (200, #"{"items":[{"id":"cust_1","external_id":"A"},{"id":"cust_2","external_id":"a"}]}"#, "found cust_2"),
        (200, #"{"items":[5,null,{"id":"cust_2","external_id":"a"}]}"#, "found cust_2"),
        (200, #"{"items":[]}"#, "absent"), (200, #"{"items":[{"id":"cust_1","external_id":"a "}]}"#, "absent"),
        (200, #"{"items":[{"id":"cust_1","external_id":null}]}"#, "absent"),
        (200, #"{"items":null}"#, "unusable"), (200, "{}", "unusable"), (200, "", "unusable"), (200, "[]", "unusable"),
        (200, "<html></html>", "unusable"), (200, #"{"items":[{"id":"cust_1","external_id":"a"}"#, "unusable"),
        (201, #"{"items":[]}"#, "unusable"), (204, "", "unusable"), (400, #"{"items":[]}"#, "unusable"),
        (401, #"{"error":"Unauthorized"}"#, "unusable"), (404, #"{"code":"not_found"}"#, "unusable"),
        (429, "", "unusable"), (500, "", "unusable"),
    ])
    func `an answer to a search means`(status: Int, body: String, meaning: String) {
        #expect(Self.name(SearchMeaning(answer(status, body), externalID: ExternalID("a"))) == meaning)
    }
}
