import FlexpriceAPI

/// An answer of the server by hand.
func answer(_ status: Int, _ body: String = "", isJSON: Bool = true) -> HTTPAnswer {
    HTTPAnswer(status: status, isJSON: isJSON, body: Array(body.utf8))
}

/// Lends a client of an API that need not be there, and shuts it down afterwards.
func withClient<R>(_ settings: FlexpriceSettings, _ body: (FlexpriceClient) async -> R) async -> R {
    let client = FlexpriceClient(settings)
    let result = await body(client)
    await client.shutdown()
    return result
}

extension Exchange {
    /// The answer, if there was one.
    var answer: HTTPAnswer? { if case .answered(let answer) = self { answer } else { nil } }
    /// The failure, if there was no answer.
    var failure: TransportFailure? { if case .unanswered(let failure) = self { failure } else { nil } }
}
