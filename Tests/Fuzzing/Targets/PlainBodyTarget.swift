@testable import CustomerContract
@testable import JSON
@testable import Records

/// Bodies of commands that are ordinary or nearly so.
///
/// The input is a row of choices: each makes a part of a body, and where it ends the last one is made again with other
/// values, sixty-four bodies in all. What is read in one pass is the same command when every rule is applied to it: its
/// id, its fields, its fingerprint, the digests of its fields, its body for the API, and nothing odd about it.
enum PlainBodyTarget {
    static func run(_ input: [UInt8]) {
        var choices = BodyChoices(input)
        for _ in 0..<64 {
            let body = choices.body()
            let record = KafkaRecord(position: RecordPosition(topic: "t", partition: 0, offset: 0), value: body)
            let reader = CommandReader(mode: choices.below(4) == 0 ? .envelope : .full)
            self.compare(reader, record)
        }
    }

    /// Reads a record in both ways, if it is plain.
    static func compare(_ reader: CommandReader, _ record: KafkaRecord) {
        let headers = CommandHeaders(record.headers)
        guard case .command(let plain) = reader.read(record), let body = plain.plainBody else { return }
        guard case .command(let command) = reader.readByRules(record, headers) else {
            fatalError("what is plain is refused by the rules")
        }
        check(plain.externalID == command.externalID && plain.context.id == command.context.id, "one id")
        check(plain.fingerprint == command.fingerprint, "one fingerprint")
        check(plain.fieldDigests == command.fieldDigests, "one set of digests")
        check(plain.fields == command.fields, "the same fields")
        check(plain.encodedBody() == command.encodedBody(), "the same body")
        check(command.unknownFields.isEmpty && command.context.warnings.isEmpty, "nothing odd")
        for field in KnownField.allCases {
            var json: [UInt8] = []
            var isThere = false
            json.append(addingCapacity: record.value?.count ?? 0) { isThere = body.append(field, to: &$0) }
            let expected = command[field].map { JSONWriter.encode($0) }
            check((isThere ? json : nil) == expected, "the same \(field.fieldName)")
        }
    }
}

/// Makes bodies of the input's bytes, and of chance where these have ended.
private struct BodyChoices {
    private var input: ArraySlice<UInt8>
    private var state: UInt64

    init(_ input: [UInt8]) {
        self.input = input[...]
        self.state = input.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private mutating func byte() -> UInt8 {
        if let byte = self.input.popFirst() { return byte }
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: self.state >> 56)
    }

    mutating func below(_ bound: Int) -> Int { Int(self.byte()) % bound }

    mutating func body() -> [UInt8] {
        var text = self.space() + [UInt8(ascii: "{")]
        for index in 0..<self.below(9) {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += self.space() + self.name() + self.space() + [UInt8(ascii: ":")] + self.space()
            text += self.value() + self.space()
        }
        if self.below(4) > 0 {
            text += Array((text.last == UInt8(ascii: "{") ? "" : ",").utf8)
            text += Array(#""external_id":"#.utf8) + self.string()
        }
        text += [UInt8(ascii: "}")] + self.space()
        // A byte that is wrong, now and then.
        if self.below(8) == 0 { text[self.below(min(256, text.count))] = self.byte() }
        return text
    }

    private mutating func space() -> [UInt8] {
        switch self.below(8) {
        case 0: [0x20]
        case 1: [0x09, 0x0a, 0x0d]
        default: []
        }
    }

    private mutating func name() -> [UInt8] {
        let field = KnownField.allCases[self.below(KnownField.allCases.count)].fieldName
        return switch self.below(16) {
        case 0: Array("\"\(field.uppercased())\"".utf8)
        case 1: self.string()
        default: Array("\"\(field)\"".utf8)
        }
    }

    private mutating func value() -> [UInt8] {
        switch self.below(12) {
        case 0: Array("null".utf8)
        case 1: Array("true".utf8)
        case 2: Array("false".utf8)
        case 3: Array("-1.50e2".utf8)
        case 4: Array("[]".utf8)
        case 5, 6: self.metadata()
        default: self.string()
        }
    }

    private mutating func metadata() -> [UInt8] {
        var text = [UInt8(ascii: "{")] + self.space()
        for index in 0..<self.below(5) * self.below(5) {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += self.space() + self.string() + self.space() + [UInt8(ascii: ":")] + self.space()
            text += self.below(8) == 0 ? self.value() : self.string()
        }
        return text + self.space() + [UInt8(ascii: "}")]
    }

    private static let words = [
        "", "a", "acct_1", "Acme", "billing@acme.example", "b@c", "US", "us", "XX", "UTC", "Asia/Kolkata", "taxable",
        "gstin", "pan", "hsn_sac", "plan", "pro", "Zürich", "日本", #"a\"b"#, #"\u00e9"#, "a%b", "a b", "k\u{7f}",
    ]

    private mutating func string() -> [UInt8] {
        let quote = [UInt8(ascii: "\"")]
        switch self.below(8) {
        case 0:
            return quote + [UInt8](repeating: UInt8(ascii: "x"), count: 16 * self.below(20) + self.below(3)) + quote
        case 1: return quote + (0..<self.below(6)).map { _ in self.byte() } + quote
        default: return quote + Array(Self.words[self.below(Self.words.count)].utf8) + quote
        }
    }
}
