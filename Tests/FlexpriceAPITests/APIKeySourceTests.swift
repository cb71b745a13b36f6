import FlexpriceSimulator
import Records
import Synchronization
import Testing

@testable import FlexpriceAPI

@Suite(.timeLimit(.minutes(1))) struct APIKeySourceTests {
    private final class KeyFile: Sendable {
        private let state: Mutex<(key: Secret?, reads: Int)>

        init(_ key: String?) { self.state = Mutex((key.map { Secret($0) }, 0)) }

        var reads: Int { self.state.withLock { $0.reads } }
        func write(_ key: String?) { self.state.withLock { $0.key = key.map { Secret($0) } } }
        func read() -> Secret? {
            self.state.withLock {
                $0.reads += 1
                return $0.key
            }
        }
    }

    @Test func `a key that is refused is read again, and the next request has the new one`() async throws {
        let file = KeyFile("sk_old")
        try await withFlexprice { _ in
        } client: {
            $0.apiKeys = APIKeySource(Secret("sk_old")) { file.read() }
        } _: { (flexprice) async throws in
            #expect(await flexprice.create("a").answer?.status == 401)
            #expect(file.reads == 1)
            file.write(SimulatedFlexprice.apiKey)
            flexprice.settings.apiKeys.reread()
            #expect(await flexprice.create("a").answer?.status == 201)
            #expect(file.reads == 2)
        }
    }

    @Test func `a key that may not do what is asked is read again as well`() async throws {
        let file = KeyFile(SimulatedFlexprice.apiKey)
        try await withFlexprice { _ in
        } client: {
            $0.apiKeys = APIKeySource(Secret(SimulatedFlexprice.apiKey)) { file.read() }
        } _: { (flexprice) async throws in
            flexprice.state.inject(.forbidden(.permissions), .next(1))
            #expect(await flexprice.create("a").answer?.status == 403)
            #expect(file.reads == 1)
        }
    }

    @Test func `a hundred refusals at once read the key once`() async throws {
        let file = KeyFile(SimulatedFlexprice.apiKey)
        try await withFlexprice { _ in
        } client: {
            $0.apiKeys = APIKeySource(Secret("sk_old")) { file.read() }
        } _: { (flexprice) async throws in
            await withDiscardingTaskGroup { group in
                for index in 0..<100 { group.addTask { _ = await flexprice.create("\(index)") } }
            }
            #expect(file.reads == 1)
            #expect(await flexprice.create("a").answer?.status == 201)
        }
    }

    @Test func `a place without a usable key leaves the last one in force`() {
        let file = KeyFile("sk_1")
        let source = APIKeySource(Secret("sk_1")) { file.read() }
        #expect(!source.reread())
        file.write(nil)
        #expect(!source.reread())
        #expect(source.current.reveal() == "sk_1")
        file.write("sk_2")
        #expect(source.reread())
        #expect(source.current.reveal() == "sk_2")
        source.replace(with: Secret("sk_3"))
        #expect(source.current.reveal() == "sk_3")
        #expect("\(source.current)" == "<secret>")
    }

    @Test func `a refusal of a key that is no longer in force changes nothing`() {
        let file = KeyFile("sk_3")
        let source = APIKeySource(Secret("sk_1")) { file.read() }
        source.replace(with: Secret("sk_2"))
        source.refused(Secret("sk_1"))
        #expect(file.reads == 0)
        #expect(source.current.reveal() == "sk_2")
    }
}
