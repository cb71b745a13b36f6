import ArgumentParser
import Operations

/// `demo`: everything in one process, so that a newcomer sees it work.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Start a broker, a simulated Flexprice and the worker in this process, and show what becomes of a mix of "
            + "commands.",
        discussion: Examples.of("demo")
    )

    @Flag(help: "Print the results as JSON.")
    var json = false

    func run() async throws {
        let demo = try await Demo()
        let display = ProgressDisplay(isDrawn: Terminal.canDraw)
        let start = ContinuousClock.now
        let progress: @Sendable (Int, Int) -> Void = { done, total in
            let parts = ["\(done) of \(total) results"]
            display.show(ProgressNews(done: done, total: total, elapsed: .now - start, parts: parts))
        }
        let outcome = try await demo.run(report: { StandardError.write($0) }, progress: progress)
        display.clear()
        print(self.json ? outcome.table.json : outcome.table.text(width: Terminal.width), terminator: "")
        StandardError.write(outcome.summary)
        guard outcome.isAsExpected else { throw ExitStatus.failure.exit }
        StandardError.write(
            """

            Try next:
              customer-worker try
                  keeps all of it up, to send commands of your own
              customer-worker config show
                  every setting, its value and where it comes from
              customer-worker simulate-flexprice --listen 127.0.0.1:8080 --api-key test
                  an API to call
            """
        )
    }
}
