@testable import CustomerContract
@testable import FlexpriceAPI
@testable import JSON
@testable import Records

/// The certificates of `api.ca_file`.
///
/// The input is the file.
/// Neither the ends of lines nor what stands between certificates change their number, and a file twice has twice as
/// many.
enum PEMTarget {
    static func run(_ pem: [UInt8]) {
        let count = PEMCertificates.count(in: pem)
        check((count ?? 0) >= 0, "a number")
        let windows = pem.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
        check(PEMCertificates.count(in: windows) == count, "ends of lines do not matter")
        let twice = pem + Array("\nbetween\n".utf8) + pem
        check(PEMCertificates.count(in: twice) == count.map { 2 * $0 }, "twice the file has twice as many")
    }
}

/// Short texts: times, numbers, ids, positions.
///
/// The first byte of the input chooses the reader.
/// What is read and written reads back the same, and where a form is strict, the text is what is written.
enum TextsTarget {
    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        let form = input.below(9)
        let bytes = Array(input.rest)
        let text = String(decoding: bytes, as: UTF8.self)
        switch form {
        case 0: Self.checkTime(text)
        case 1:
            let time = UnixMilliseconds(input.rest.prefix(8).reduce(0) { $0 << 8 | Int64($1) })
            let written = UnixMilliseconds(parsing: time.description)
            check(written?.description == time.description, "a time that is written reads back")
        case 2: Self.checkDate(text)
        case 3: Self.checkBase64(bytes, text)
        case 4:
            guard let position = RecordPosition(parsing: text) else { return }
            check(RecordPosition(parsing: position.description) == position, "a position reads back")
        case 5: Self.checkTrace(bytes)
        case 6: Self.checkNumber(text)
        case 7: Self.checkCut(text, at: Int(input.byte()))
        default: Self.checkID(bytes)
        }
    }

    private static func checkTime(_ text: String) {
        guard let time = UnixMilliseconds(parsing: text) else { return }
        // An offset can lead out of the years that can be written.
        guard (-62_167_219_200_000...253_402_300_799_999).contains(time.value) else { return }
        check(UnixMilliseconds(parsing: time.description) == time, "a time reads back")
    }

    private static func checkDate(_ text: String) {
        let now: Int64 = 1_795_341_600_000
        if let wish = RetryAfter(text) {
            check((.zero...RetryAfter.longest).contains(wish.wait(from: now)), "a wait that is bounded")
            let longest = RetryAfter([text, "0", "x"], from: now)
            check(longest?.wait(from: now) == wish.wait(from: now), "the longest counts")
        }
        // A leap second leads out of the years that can be written.
        guard let seconds = HTTPDate.parse(text), seconds < 253_402_300_800 else { return }
        check(seconds >= 0, "none before 1970")
        check(HTTPDate.parse(HTTPDate.text(seconds)) == seconds, "a date reads back")
    }

    private static func checkBase64(_ bytes: [UInt8], _ text: String) {
        check(Base64.decode(Base64.encode(bytes)) == bytes, "bytes read back")
        guard let decoded = Base64.decode(text) else { return }
        check(Base64.encode(decoded).hasSameBytes(as: text), "bytes have one spelling")
    }

    private static func checkTrace(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).map(Array.init)
        let state = parts.dropFirst().first
        guard let trace = TraceContext(traceparent: parts.first ?? [], tracestate: state) else { return }
        check(trace.traceID.utf8.count == 32 && trace.parentID.utf8.count == 16, "ids of their length")
        check(Array(trace.traceparent.utf8) == parts[0], "it is passed on as it came")
        check(trace.tracestate.map { Array($0.utf8) == state } ?? true, "its state too")
    }

    /// Every spelling of a number has one canonical form.
    private static func checkNumber(_ text: String) {
        guard let number = JSONNumber(spelling: text) else { return }
        func canonical(_ spelling: String) -> String {
            var bytes: [UInt8] = []
            CanonicalNumber.append(spelling, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        let form = canonical(number.spelling)
        let exponent = number.spelling.drop { $0 != "e" && $0 != "E" }
        let mantissa = String(number.spelling.dropLast(exponent.count))
        if !form.contains("E") {
            check(JSONNumber(spelling: form) != nil, "\(form) is a number")
            check(canonical(form) == form, "a canonical form is its own")
        }
        let padded = mantissa.contains(".") ? mantissa + "0" : mantissa + ".0"
        check(canonical(padded + exponent) == form, "\(padded)\(exponent) is the same number")
        guard let power = Int64(exponent.isEmpty ? "0" : exponent.dropFirst()), power.magnitude < 1 << 40 else {
            return
        }
        if !mantissa.contains(".") {
            check(canonical("\(mantissa)0e\(power - 1)") == form, "ten times as much and one power less")
        }
        check(canonical("\(mantissa)E\(power)") == form, "E and e")
        if form != "0" { check(canonical("\(mantissa)e\(power + 1)") != form, "another number is another") }
    }

    private static func checkCut(_ text: String, at limit: Int) {
        let cut = text.cut(toBytes: limit)
        check(cut.utf8.count <= max(limit, 0), "a cut that is short enough")
        check(cut.utf8.count > min(limit, text.utf8.count) - 4, "a cut that is long enough")
        check(text.utf8.starts(with: cut.utf8), "a beginning")
        check(text.unicodeScalars.starts(with: cut.unicodeScalars), "no code point is cut in two")
    }

    private static func checkID(_ bytes: [UInt8]) {
        guard let id = CommandID(producerChosen: bytes[...]) else { return }
        check(Array(id.text.utf8) == bytes, "an id is passed on as it came")
        check(EventText.commandID(id.text) == id, "an id that a producer may choose may stand in a result")
    }
}
