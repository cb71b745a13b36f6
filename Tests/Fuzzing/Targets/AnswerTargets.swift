@testable import CustomerContract
@testable import FlexpriceAPI
@testable import JSON
@testable import Records

/// The API's answers.
///
/// The input: a byte for the request, two for the status, the lines of the head, an empty line, the body.
/// 1. Every answer has a row of the table, of its own request, and a bounded word.
/// 2. Only an answer that shows our customer says that it is made.
/// 3. What goes into logs and results is bounded, and has nothing in it that looks like a key.
/// 4. A body that is JSON is read as it is; whatever is read is no deeper than a result may be.
/// 5. No answer asks for a longer wait than is waited.
enum AnswerTarget {
    private static let id = ExternalID("acct_8412")

    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        let request = AnswerRow.Request.allCases[input.below(AnswerRow.Request.allCases.count)]
        let status = 100 + (Int(input.byte()) << 8 | Int(input.byte())) % 500
        var head = AnswerHead()
        for line in input.lines() { (line + Array("\r\n".utf8)).withUnsafeBytes { head.take($0) } }
        let wish = RetryAfter(head.retryAfter, from: 1_795_341_600_000)
        if let wait = wish?.wait(from: 1_795_341_600_000) {
            check((.zero...RetryAfter.longest).contains(wait), "a wait of \(wait)")
        }
        let body = Array(input.rest)
        let answer = HTTPAnswer(status: status, isJSON: head.isJSON, retryAfter: wish, body: body)
        let reading = AnswerReading(.answered(answer), of: request, externalID: Self.id)
        Self.checkRow(reading, status)
        Self.checkWords(reading)

        if let strict = try? JSONParser.parseObject(body, maximumDepth: AnswerText.maximumDepth) {
            check(reading.object == strict, "JSON is read as it is")
        }
        if let object = reading.object {
            let written = JSONWriter.encode(object)
            check((try? JSONParser.parseObject(written)) == object, "no deeper than a result may be")
        }
    }

    private static func checkRow(_ reading: AnswerReading, _ status: Int) {
        let row = reading.row
        check(row.request == reading.request, "a row of the request")
        check(row.reason(status: status).utf8.count <= 40, "a word that is bounded")
        if row.request == .create, row.decision == .created || row.decision == .existing {
            check((200...299).contains(status), "only a success says that the customer is made")
            check(
                reading.object?["external_id"]?.text.map { ExternalID($0) } == Self.id,
                "only an answer that shows our customer says that it is made"
            )
        }
        if let customer = reading.foundCustomer {
            check(customer["external_id"]?.text.map { ExternalID($0) } == Self.id, "what is found is ours")
            check(!reading.isAboutAnother, "a page with our customer is about ours")
        }
    }

    private static func checkWords(_ reading: AnswerReading) {
        let error = reading.error
        let summary = reading.summary
        check(summary.utf8.count <= ErrorBody.maximumTextBytes + 64, "a phrase that is bounded")
        check(KeyMask.masked(summary).hasSameBytes(as: summary), "no key in the phrase")
        check((error.code?.utf8.count ?? 0) <= ErrorBody.maximumTextBytes, "a code that is bounded")
        if let details = error.details {
            check(JSONWriter.encode(details).count <= ErrorBody.maximumDetailBytes, "details that are bounded")
            check(KeyMask.masked(details) == details, "no key in the details")
        }
    }
}

/// A customer that was there, beside a command.
///
/// The input: a line with a command's body, and a customer.
/// 1. A command's own fields agree with it.
/// 2. A customer that takes the change agrees with the command.
/// 3. Filling a stub overwrites nothing.
enum CustomerTarget {
    static func run(_ input: [UInt8]) {
        let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let record = KafkaRecord(
            position: RecordPosition(topic: "t", partition: 0, offset: 0),
            value: Array(parts[0])
        )
        guard parts.count == 2, case .command(let command) = CommandReader(mode: .envelope).read(record),
            let customer = AnswerText.object(Array(parts[1]))
        else { return }
        check(CustomerComparison(of: command.fields, with: command).agrees, "a command agrees with itself")

        let comparison = CustomerComparison(of: customer, with: command)
        let change = CustomerChange(of: customer, to: command)
        check(change.differing == comparison.differing, "what differs is changed")
        check(change.body.members.isEmpty == comparison.agrees, "nothing is changed when nothing differs")
        check(Set(comparison.unverified.map(ExactText.init)).count == comparison.unverified.count, "named once")
        var changed = customer
        for member in change.body.members { changed[member.name] = member.value }
        let left = CustomerComparison(of: changed, with: command).differing
        check(left.isEmpty, "a customer that was changed agrees, and not: \(left)")

        guard let stub = CustomerStub(customer, for: command) else { return }
        for member in stub.filling.members {
            let earlier = customer[member.name] ?? .null
            switch (member.name, earlier) {
            case ("metadata", .object(let pairs)):
                let filled = member.value.objectValue
                check(pairs.members.allSatisfy { filled?[$0.name] == pairs[$0.name] }, "metadata stay")
            case ("name", .string(let text)) where ExternalID(text) == command.externalID: break
            case ("timezone", .string("UTC")): break
            default: check(CustomerComparison.isEmpty(earlier), "\(member.name) is set, and is overwritten")
            }
        }
    }
}

/// The masks of API keys.
///
/// The input: a byte for the length of the key, the key, and then pieces of text and spellings of the key.
/// 1. However a key is spelt, character by character, it does not pass.
/// 2. Nothing that looks like a key of Flexprice passes in an error's words, and what is masked stays as it is.
enum MaskTarget {
    static func run(_ input: [UInt8]) {
        var input = Choices(input)
        let length = KeyMask.shortestKey + input.below(24)
        // Visible ASCII, as settings want it; without the mask's own character, which may make a key of two texts.
        let key = (0..<length).map { _ in 0x21 + input.byte() % 94 }.map { $0 == UInt8(ascii: "*") ? 0x61 : $0 }
        var text: [UInt8] = []
        var spellings: [[UInt8]] = []
        while !input.isAtEnd {
            text += input.bytes(input.below(16))
            let style = input.byte()
            let spelling = key.flatMap { Self.spelt($0, style == 255 ? input.byte() : style) }
            spellings.append(spelling)
            text += spelling
        }
        let masked = KeyMask.masked(text, [Secret(String(decoding: key, as: UTF8.self))])
        for spelling in spellings {
            check(!Self.contains(masked, spelling), "a key passes, spelt \(String(decoding: spelling, as: UTF8.self))")
        }
        check(!Self.contains(masked, key), "a key passes as it is")
        Self.checkWords(String(decoding: text, as: UTF8.self))
    }

    private static func spelt(_ byte: UInt8, _ style: UInt8) -> [UInt8] {
        let digits = String(byte, radix: 16)
        switch style % 8 {
        case 0: return Array("\\u00\(digits)".utf8)
        case 1: return Array("\\u00\(digits.uppercased())".utf8)
        case 2: return Array("%\(digits)".utf8)
        case 3: return Array("%\(digits.uppercased())".utf8)
        case 4: return Array("&#\(byte);".utf8)
        case 5: return Array("&#x\(digits);".utf8)
        // JSON as most write it.
        case 6 where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte):
            return [UInt8(ascii: "\\"), byte]
        default: return [byte]
        }
    }

    private static func checkWords(_ text: String) {
        let masked = KeyMask.masked(text)
        check(KeyMask.masked(masked).hasSameBytes(as: masked), "what is masked stays as it is")
        // A word that begins so: «task_management» has no key in it.
        for word in masked.utf8.split(whereSeparator: { $0 != UInt8(ascii: "_") && !Self.isLetterOrDigit($0) })
        where word.starts(with: "sk_".utf8) {
            check(word.count < KeyMask.shortestKey, "what looks like a key passes: \(masked)")
        }
        let object = JSONObject([.init(name: text, value: .array([.string(text)]))])
        let other = KeyMask.masked(object)
        check(other.members[0].name.hasSameBytes(as: masked), "names are masked too")
        check(other.members[0].value == .array([.string(masked)]), "values are masked too")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }
}
