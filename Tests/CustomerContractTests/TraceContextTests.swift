import CustomerContract
import Records
import Testing

@Suite struct TraceContextTests {
    static let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func `a well-formed context is read from the headers`() throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "traceparent", text: Self.valid), RecordHeader(name: "tracestate", text: "a=1,b=2"),
        ]
        let trace = try #require(try command(sampleBody, headers: headers).context.trace)
        #expect(trace.traceparent == Self.valid)
        #expect(trace.tracestate == "a=1,b=2")
    }

    @Test(
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", valid + "-x", valid + "x",
            "ff" + valid.dropFirst(2),
            valid.uppercased(), "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "cc" + valid.dropFirst(2) + "x",
            "cc" + valid.dropFirst(2) + "-a\r\n", "cc" + valid.dropFirst(2) + "-" + String(repeating: "a", count: 300),
        ] as [String]
    )
    func `a malformed traceparent is ignored together with its tracestate`(text: String) throws {
        let headers: RecordHeaders = [
            RecordHeader(name: "traceparent", text: text), RecordHeader(name: "tracestate", text: "a=1"),
        ]
        #expect(try command(sampleBody, headers: headers).context.trace == nil)
    }

    @Test(arguments: [valid, "cc" + valid.dropFirst(2), "cc" + valid.dropFirst(2) + "-more"] as [String])
    func `later versions are passed on`(text: String) {
        #expect(TraceContext(traceparent: Array(text.utf8), tracestate: nil)?.traceparent == text)
    }

    @Test(arguments: ["", "a=\r\n", "é", String(repeating: "a", count: 1_025)])
    func `a malformed tracestate is dropped alone`(text: String) throws {
        let trace = try #require(TraceContext(traceparent: Array(Self.valid.utf8), tracestate: Array(text.utf8)))
        #expect(trace.tracestate == nil)
    }

    @Test func `a tracestate without traceparent means nothing`() throws {
        #expect(try command(sampleBody, headers: [RecordHeader(name: "tracestate", text: "a=1")]).context.trace == nil)
    }
}
