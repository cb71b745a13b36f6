import Glibc
import Testing

/// A port of this machine that is taken and that nobody listens on, so that whoever connects is refused.
///
/// A port that merely nobody happens to use will not do: another test's server may be given it.
final class DeafPort: Sendable {
    let number: UInt16
    private let descriptor: CInt

    init() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0
            }
        }
        self.number = UInt16(bigEndian: address.sin_port)
        try #require(isBound)
    }

    deinit {
        close(self.descriptor)
    }

    /// Lends the base URL of an API that is not there.
    static func withBaseURL<R>(_ body: (String) async throws -> R) async throws -> R {
        let port = try DeafPort()
        let result = try await body("http://127.0.0.1:\(port.number)/v1")
        withExtendedLifetime(port) {}
        return result
    }
}
