import Foundation
import Logging
import Testing

@testable import WorkerLogging

@Suite struct LineLogHandlerTests {
    private let capture = LogCapture()

    @Test func `facts of the call win over the provider's, and these over the logger's`() {
        var handler = LineLogHandler(
            label: "",
            format: .journal,
            sink: capture,
            control: LogLevelControl(.info),
            metadataProvider: Logger.MetadataProvider { ["b": "provider", "c": "provider"] }
        )
        handler[metadataKey: "a"] = "logger"
        handler[metadataKey: "b"] = "logger"
        handler[metadataKey: "c"] = "logger"
        #expect(handler[metadataKey: "a"] == "logger")
        var logger = Logger(label: "") { _ in handler }
        logger[metadataKey: "d"] = "logger"
        logger.info("m", metadata: ["c": "call"])
        #expect(capture.lines.first?.hasSuffix(" a=logger b=provider c=call d=logger\n") == true)
    }

    @Test func `a change of the shared level reaches loggers that exist already`() {
        let control = LogLevelControl(.info)
        let logger = capture.logger(.journal, control: control)
        logger.debug("hidden")
        control.set(.debug)
        logger.debug("shown")
        control.set(.error)
        logger.warning("hidden again")
        #expect(capture.lines == ["<7>shown\n"])
    }

    @Test func `a logger may have a level of its own`() {
        let control = LogLevelControl(.info)
        var logger = capture.logger(.journal, control: control)
        logger.logLevel = .trace
        logger.trace("shown")
        control.set(.critical)
        logger.trace("shown still")
        #expect(capture.lines.count == 2)
    }

    @Test func `an error that is passed along becomes two facts`() {
        capture.logger(.journal).error("m", error: CancellationError())
        #expect(capture.lines.first?.contains("error=CancellationError() error_type=Swift.CancellationError") == true)
    }

    @Test(arguments: [
        (LogSettings.Format.json, true, true, LogLineFormat.json), (.json, false, false, .json),
        (.text, true, false, .text), (.text, false, false, .text), (.text, false, true, .journal),
        (.auto, true, false, .text), (.auto, false, false, .json), (.auto, false, true, .json),
    ])
    func `the format follows the setting and the stream`(
        _ setting: LogSettings.Format,
        _ isTerminal: Bool,
        _ isJournal: Bool,
        _ expected: LogLineFormat
    ) {
        #expect(StandardErrorLog.format(setting, isTerminal: isTerminal, isJournal: isJournal) == expected)
    }

    @Test func `only the stream that systemd named is the journal`() {
        #expect(StandardErrorLog.isJournal("8:1234", identity: "8:1234"))
        #expect(!StandardErrorLog.isJournal("8:1234", identity: "8:99"))
        #expect(!StandardErrorLog.isJournal(nil, identity: nil))
        #expect(!StandardErrorLog.isJournal(nil, identity: "8:1234"))
    }

    @Test func `the log is put together from settings`() {
        let log = StandardErrorLog(LogSettings(), format: .journal, sink: capture)
        var logger = Logger(label: "x") { log.handler(label: $0) }
        logger.debug("hidden")
        log.level.set(.debug)
        logger[metadataKey: "topic"] = "t"
        logger.debug("shown")
        #expect(capture.lines.count == 1)
    }
}
