import HTTPTypes
import Testing

@testable import FlexpriceSimulator

/// What an HTTP client library would not let through.
@Suite struct RouteTests {
    @Test(arguments: ["/%", "/%4", "/%zz", "/a%G0", "customers", "", "*"])
    func `a target with a broken escape or without a path has no meaning`(target: String) {
        #expect(RequestTarget(target) == nil)
    }

    @Test(arguments: ["%00", "%FF", "a%C3", "%ED%A0%80"])
    func `an id that PostgreSQL cannot hold is a 500`(encoded: String) throws {
        let target = try #require(RequestTarget("/v1/customers/external/" + encoded))
        let route = Route(method: .get, path: target.path)
        #expect(route.name == .lookup)
        let failure = "Failed to get customer by lookup key"
        let error = try #require(throws: APIError.self) { try CustomersAPI.text(route.parameter, failure) }
        #expect(error.answer().status == 500)
        #expect(
            String(decoding: error.answer().body, as: UTF8.self)
                == #"{"code":"database_error","message":"Failed to get customer by lookup key","http_status_code":500}"#
        )
    }

    @Test(arguments: [
        ("/v1/customers/external/a/", "/v1/customers/external/a"), ("/v1/customers//", nil),
        ("/v1/customers/external/", "/v1/customers/external"), ("/v1/customers/external//a", nil), ("/", nil),
    ])
    func `a last slash is a redirect if the path would match without it`(path: String, redirect: String?) {
        let route = Route(method: .get, path: Array(path.utf8))
        #expect(route.name == (redirect == nil ? .notFound : .redirect))
        #expect(String(decoding: route.parameter, as: UTF8.self) == redirect ?? "")
    }

    @Test func `a query's names and values are decoded`() throws {
        let target = try #require(RequestTarget("/v1/customers?external_customer_id=a%20b+c%26d&id=&x&id=2?3"))
        #expect(target.parameter("external_customer_id") == "a b c&d")
        #expect(target.parameters("id") == ["", "2?3"])
        #expect(target.parameter("x") == "")
        #expect(target.parameter("y") == nil)
    }
}
