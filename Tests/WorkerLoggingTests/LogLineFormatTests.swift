import Foundation
import Logging
import Records
import Testing

@testable import WorkerLogging

@Suite struct LogLineFormatTests {
    private let capture = LogCapture()

    @Test func `a JSON line holds time, level, message, logger and the facts beside them`() {
        capture.logger(.json).info(
            "command finished",
            metadata: [
                "topic": "customer_commands", "offset": .stringConvertible(1_207),
                "ok": .stringConvertible(true), "share": .stringConvertible(0.5),
                "who": ["a", "b"], "nested": ["x": "1", "y": ["z": "2"]],
            ]
        )
        #expect(
            capture.lines == [
                #"{"time":"2026-11-18T11:06:40.042Z","level":"info","message":"command finished","logger":"test","#
                    + #""nested.x":"1","nested.y.z":"2","offset":1207,"ok":true,"share":0.5,"#
                    + #""topic":"customer_commands","who":["a","b"]}"# + "\n"
            ]
        )
    }

    @Test func `a text line is aligned`() {
        let logger = capture.logger(.text)
        logger.info("short", metadata: ["a": "1", "b": "two words", "c": ""])
        logger.warning("a message that is a little longer", metadata: ["a": "1"])
        logger.error("alone")
        #expect(
            capture.lines == [
                "2026-11-18T11:06:40.042Z info     short                                    a=1 b=\"two words\" "
                    + "c=\"\"\n",
                "2026-11-18T11:06:40.042Z warning  a message that is a little longer        a=1\n",
                "2026-11-18T11:06:40.042Z error    alone\n",
            ]
        )
    }

    @Test(arguments: [
        (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
    ])
    func `a line for the journal begins with its priority`(_ level: Logger.Level, _ priority: Int) {
        capture.logger(.journal).log(level: level, "message")
        #expect(capture.lines == ["<\(priority)>message\n"])
    }

    @Test(arguments: [LogLineFormat.json, .text, .journal])
    func `no text from outside can forge a line or steer a terminal`(_ format: LogLineFormat) {
        let hostile = "x\n<0>forged \r\u{1B}[2J\u{7}\u{0}\u{7F}\u{85}\u{9B}\u{2028}\u{202E}\u{2066}\" \\ ="
        capture.logger(format).info(
            "\(hostile)",
            metadata: ["key \(hostile)": "\(hostile)", "list": [.string(hostile)]]
        )
        let line = capture.lines.joined()
        #expect(line.hasSuffix("\n"))
        #expect(!line.dropLast().unicodeScalars.contains(where: LogEscaping.needsEscape))
    }

    @Test(arguments: [
        "plain", "a\nb", "quote \" and \\", "\u{0}\u{1F}", "emoji 👩‍👩‍👧 é", "\u{2028}\u{202E}", "</script>",
    ])
    func `a JSON line gives back exactly what was logged`(_ text: String) throws {
        capture.logger(.json).info("\(text)", metadata: ["fact": "\(text)", "time": "\(text)"])
        let line = try #require(capture.lines.first)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["message"] as? String == text)
        #expect(object?["fact"] as? String == text)
        #expect(object?["field.time"] as? String == text)
        #expect(object?["time"] as? String == "2026-11-18T11:06:40.042Z")
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a number that JSON does not know becomes a text`(_ number: Double) throws {
        capture.logger(.json).info("m", metadata: ["n": .stringConvertible(number)])
        let line = try #require(capture.lines.first)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["n"] as? String == number.description)
    }

    @Test func `a long text is cut and says so`() {
        capture.logger(.text).info("m", metadata: ["n": .string(String(repeating: "é", count: 100_000))])
        let line = capture.lines.joined()
        #expect(line.utf8.count < 9_000)
        #expect(line.contains("(cut)"))
    }

    @Test func `deep metadata neither traps nor nests without end`() {
        let deep = (0..<100).reduce(Logger.MetadataValue.string("end")) { inner, _ in ["k": inner] }
        capture.logger(.json).info("m", metadata: ["deep": deep])
        #expect(capture.lines.first?.contains(#""deep.k.k.k.k":"#) == true)
    }

    @Test func `secrets stay masked as facts`() {
        capture.logger(.json).info("m", metadata: ["key": .stringConvertible(Secret("hunter2"))])
        #expect(capture.lines.first?.contains(#""key":"<secret>""#) == true)
    }
}
