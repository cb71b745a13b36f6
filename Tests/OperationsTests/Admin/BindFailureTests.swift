import NIOCore
import Settings
import Testing

@testable import Operations

@Suite struct BindFailureTests {
    private static let cases: [(CInt, Operations.ExitStatus)] = [
        (13, .notPermitted), (98, .unavailable), (99, .configuration), (5, .configuration),
    ]

    @Test(arguments: Self.cases)
    func `why the endpoint cannot listen decides the exit code`(_ code: CInt, _ status: Operations.ExitStatus) {
        let failure = StartFailure(
            binding: HostAndPort(host: "127.0.0.1", port: 9_464),
            IOError(errnoCode: code, reason: "bind")
        )
        #expect(failure.status == status)
        #expect(failure.description.hasPrefix("admin.listen: nothing can listen on 127.0.0.1:9464"))
    }
}
