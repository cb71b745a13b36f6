import CustomerContract
import Testing

@testable import CommandWorker

/// ``AlikeRefusals`` alone.
///
/// 1. Refusals of distinct ids in the same words, with no success between, make a trickle of the flow.
/// 2. One request a second goes in a trickle, and a success ends it.
@Suite struct AlikeRefusalsTests {
    private let words = RefusalSignature(status: 400, code: "validation_error", message: "Tax rate is not active")
    private let otherWords = RefusalSignature(status: 400, code: "validation_error", message: "name is required")

    private func id(_ number: Int) -> ExternalID { ExternalID("\(number)") }

    // MARK: 1. What makes a trickle

    @Test func `as many distinct ids as the limit make a trickle, and the last one says so`() {
        var refusals = AlikeRefusals(limit: 3)
        #expect(refusals.refused(self.id(0), self.words, at: .zero) == false)
        #expect(refusals.refused(self.id(1), self.words, at: .zero) == false)
        #expect(refusals.common == nil)
        #expect(refusals.refused(self.id(2), self.words, at: .seconds(5)) == true)
        #expect(refusals.common == self.words)
        #expect(refusals.trickleDue == .seconds(6))
    }

    @Test func `one id that is refused again and again counts once`() {
        var refusals = AlikeRefusals(limit: 3)
        for _ in 0..<100 { #expect(refusals.refused(self.id(0), self.words, at: .zero) == false) }
    }

    @Test func `other words begin the count again`() {
        var refusals = AlikeRefusals(limit: 3)
        for number in 0..<100 {
            let words = number % 3 == 2 ? self.otherWords : self.words
            #expect(refusals.refused(self.id(number), words, at: .zero) == false)
        }
    }

    @Test func `a success begins the count again`() {
        var refusals = AlikeRefusals(limit: 3)
        for number in 0..<100 {
            #expect(refusals.refused(self.id(number), self.words, at: .zero) == false)
            if number % 2 == 1 { #expect(refusals.succeeded() == false) }
        }
    }

    @Test func `with a limit of 0 refusals are always the commands' own`() {
        var refusals = AlikeRefusals(limit: 0)
        for number in 0..<100 { #expect(refusals.refused(self.id(number), self.words, at: .zero) == false) }
    }

    @Test func `words that differ only beyond the bytes that are kept are the same`() {
        let long = String(repeating: "é", count: RefusalSignature.maximumBytes)
        let one = RefusalSignature(status: 400, code: nil, message: long + "1")
        let two = RefusalSignature(status: 400, code: "", message: long + "2")
        #expect(one == two)
        #expect(one.message.utf8.count <= RefusalSignature.maximumBytes)
    }

    // MARK: 2. The trickle

    @Test func `each request of a trickle makes the next one wait a second`() {
        var refusals = AlikeRefusals(limit: 1)
        #expect(refusals.refused(self.id(0), self.words, at: .zero) == true)
        refusals.trickled(at: .seconds(7))
        #expect(refusals.trickleDue == .seconds(8))
        // It is a trickle already.
        #expect(refusals.refused(self.id(1), self.otherWords, at: .seconds(7)) == false)
        #expect(refusals.common == self.words)
    }

    @Test func `a success ends a trickle, and says so once`() {
        var refusals = AlikeRefusals(limit: 1)
        _ = refusals.refused(self.id(0), self.words, at: .zero)
        #expect(refusals.succeeded() == true)
        #expect(refusals.common == nil)
        #expect(refusals.trickleDue == nil)
        #expect(refusals.succeeded() == false)
        #expect(refusals.refused(self.id(1), self.words, at: .zero) == true)
    }
}
