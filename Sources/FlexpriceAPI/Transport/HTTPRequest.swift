/// One request as it goes out.
struct HTTPRequest: Sendable {
    /// The methods that Flexprice is spoken to with.
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    var method: Method
    var url: String
    /// `name: value`, in visible ASCII.
    var headers: [String]
    var body: [UInt8]?
    /// For the whole of it, from its start to the last byte of the answer.
    var timeout: Duration
}
