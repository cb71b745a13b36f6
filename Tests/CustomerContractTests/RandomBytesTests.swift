import CustomerContract
import JSON
import Records
import Testing

/// Feeds the reader what nobody would send on purpose; the seed is in every message, so that a failure can be replayed.
@Suite struct RandomBytesTests {
    static let seeds: [UInt64] = [1, 0x5eed, 20_261_122, .max]

    @Test(arguments: seeds)
    func `every byte string has an outcome whose result and dead letter can be read`(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        var accepted = 0
        for round in 0..<25_000 {
            let message = KafkaRecord(
                position: RecordPosition(topic: "t", partition: 1, offset: Int64(round)),
                timestamp: UnixMilliseconds(Int64(bitPattern: generator.next())),
                value: Self.value(&generator),
                headers: Self.headers(&generator)
            )
            let reader = CommandReader(maximumBytes: 2_000, mode: ValidationMode.allCases[round % 2])
            let isSound: Bool
            switch reader.read(message) {
            case .command(let command):
                accepted += 1
                isSound = try Self.isSound(command)
            case .refused(let context, let failure):
                isSound = try Self.isSound(failure, of: context)
            }
            // A plain comparison first: half a million expectations would take longer than what they judge.
            if !isSound { Issue.record("seed \(seed), round \(round)") }
        }
        // Mutations keep some commands whole: without any, this test would not reach the rules.
        #expect((500..<24_000).contains(accepted), "seed \(seed)")
    }

    private static let results = ResultEncoder(resultsTopic: "r", replyTopicsAllowed: ReplyTopicAllowList(["*"]))
    private static let deadLetters = DeadLetterEncoder(topic: "d", group: "g", partitionCount: 4)

    /// Whether a command's body means the same when it is read again, and its result can be read.
    private static func isSound(_ command: CreateCustomerCommand) throws -> Bool {
        let body = command.encodedBody()
        let reread = try JSONParser.parseObject(body)
        let result = CommandResult(
            context: command.context,
            outcome: .created(.created, CustomerDocument(json: body)),
            attempts: 1,
            completedAt: UnixMilliseconds(0)
        )
        let encoded = try JSONParser.parseObject(results.encode(result).value ?? [], maximumDepth: 65)
        return reread == command.fields && Fingerprint(of: reread) == command.fingerprint
            && FieldDigests(encoded: command.fieldDigests.encoded) == command.fieldDigests
            && encoded["external_id"] == .string(command.externalID.text)
            && encoded["customer"] == .object(command.fields)
    }

    /// Whether a refusal's result can be read and says what the failure says, and its dead letter is the message.
    private static func isSound(_ failure: CommandFailure, of context: CommandContext) throws -> Bool {
        let result = CommandResult(
            context: context,
            outcome: .failed(failure),
            attempts: 0,
            completedAt: UnixMilliseconds(0)
        )
        let encoded = try JSONParser.parseObject(results.encode(result).value ?? [])
        guard let error = encoded["error"]?.objectValue, let letter = deadLetters.encode(result) else { return false }
        return !failure.message.isEmpty && error["message"] == .string(failure.message)
            && error["code"] == .string(failure.code.rawValue)
            && letter.value == context.message.value && letter.timestamp == context.message.timestamp
            && letter.headers.count >= DeadLetterHeader.allCases.count
    }

    private static let bodies: [[UInt8]] = [
        sampleBody, #"{"external_id":"a"}"#, #"{"data":{"external_id":"a","metadata":{"pan":"AAMCM4148E"}},"id":"x"}"#,
        #"{"data_base64":"eyJleHRlcm5hbF9pZCI6ImEifQ==","id":"x"}"#,
        #"{"external_id":"\ud83d\ude00","email":"\"q\"@b.co","n":-1.5e10,"metadata":{"gstin":"27AAMCM4148E1ZD","#
            + #""é":"\u00e9"}}"#,
        #"{"external_id":"a","tax_rate_overrides":[{"tax_rate_code":"g","priority":1}],"#
            + #""contact_persons":[{"first_name":"x"}]}"#,
    ].map { Array($0.utf8) }

    private static let pieces: [[UInt8]] =
        [
            "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", ",", ":", "null", "1e999999999999", "External_ID",
            "\u{212a}", "\u{0}",
            "\u{feff}", "-", "0", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "\"external_id\":\"b\",",
        ].map { Array($0.utf8) } + [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]

    /// Nothing, pure noise, or a body with a few bytes replaced, removed, doubled or put in.
    private static func value(_ generator: inout SplitMix64) -> [UInt8]? {
        switch generator.below(20) {
        case 0: return generator.below(4) == 0 ? nil : []
        case 1, 2: return (0..<generator.below(200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        case 3: return bodies[generator.below(bodies.count)]
        default:
            var bytes = bodies[generator.below(bodies.count)]
            for _ in 0...generator.below(4) where !bytes.isEmpty {
                let place = generator.below(bytes.count)
                switch generator.below(5) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.removeSubrange(place..<min(place + 1 + generator.below(8), bytes.count))
                case 2: bytes.insert(contentsOf: pieces[generator.below(pieces.count)], at: place)
                case 3:
                    bytes.insert(contentsOf: bytes[place..<min(place + generator.below(400), bytes.count)], at: place)
                default: bytes[place] = UInt8(0x20 + generator.below(95))
                }
            }
            return bytes
        }
    }

    private static let names: [HeaderName] = [
        "ce_id", "content-type", "Content-Type", "kafka_correlationId", "kafka_replyTopic", "kafka_replyPartition",
        "correlationId",
        "replyTo", "traceparent", "tracestate", "dlq-redrive-count", "__dlq.errors.delivery.count",
        "dlq-first-failed-at", "é", "",
    ]

    private static func headers(_ generator: inout SplitMix64) -> RecordHeaders {
        var headers = RecordHeaders()
        for _ in 0..<generator.below(5) {
            let name = names[generator.below(names.count)]
            switch generator.below(5) {
            case 0: headers.append(RecordHeader(name: name, value: nil))
            case 1:
                headers.append(RecordHeader(name: name, text: "application/cloudevents+json; charset=utf-8"))
            case 2: headers.append(RecordHeader(name: name, text: TraceContextTests.valid))
            case 3: headers.append(RecordHeader(name: name, text: "2026-11-22T10:00:00Z"))
            default:
                let value = (0..<generator.below(60)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
                headers.append(RecordHeader(name: name, value: value))
            }
        }
        return headers
    }
}

/// A small generator with a known sequence for each seed (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below the bound, which must be positive.
    mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}
