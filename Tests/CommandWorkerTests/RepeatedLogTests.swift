import Logging
import Testing

@testable import CommandWorker

@Suite struct RepeatedLogTests {
    private let log = RepeatedLog(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    private let start = ContinuousClock.now

    @Test func `of each kind one line a minute passes, and says how many did not`() {
        #expect(self.log.pass("a", at: self.start) == 0)
        for second in 1...59 { #expect(self.log.pass("a", at: self.start + .seconds(second)) == nil) }
        #expect(self.log.pass("b", at: self.start + .seconds(59)) == 0)
        #expect(self.log.pass("a", at: self.start + .seconds(60)) == 59)
        #expect(self.log.pass("a", at: self.start + .seconds(119)) == nil)
        #expect(self.log.pass("a", at: self.start + .seconds(121)) == 1)
    }

    @Test func `however many kinds there are, the table does not grow`() {
        for number in 0..<RepeatedLog.kindLimit {
            #expect(self.log.pass("\(number)", at: self.start + .milliseconds(number)) == 0)
        }
        // The first is forgotten for a new one, and no other is.
        #expect(self.log.pass("new", at: self.start + .seconds(1)) == 0)
        #expect(self.log.pass("1", at: self.start + .seconds(1)) == nil)
        #expect(self.log.pass("0", at: self.start + .seconds(1)) == 0)
    }
}
