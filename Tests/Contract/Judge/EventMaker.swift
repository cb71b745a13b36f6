import CustomerContract
import JSON
import Records

/// Makes results and dead letters as the worker would write them: of commands of every kind that the code has read,
/// with whatever may become of each.
///
/// The same seed makes the same events.
struct EventMaker {
    private var random: SeededRandom
    private let reader = CommandReader()
    private let results = ResultEncoder(
        resultsTopic: "customer_results",
        replyTopicsAllowed: ReplyTopicAllowList(["replies.*", "own"])
    )
    private let letters = DeadLetterEncoder(topic: "customer_commands_dlq", group: "customer_worker", partitionCount: 3)

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// The record of a result of any outcome.
    mutating func result() -> ProducerRecord {
        let decoded = reader.read(message())
        return results.encode(
            CommandResult(
                context: decoded.context,
                outcome: outcome(of: decoded),
                attempts: random.pick([0, 1, 2, 17, Int.max]),
                completedAt: instant(),
                unverified: random.pick([[], ["tax_rate_overrides", random.text(upTo: 20)]])
            ),
            form: form()
        )
    }

    /// Mostly the full one.
    private mutating func form() -> ResultForm {
        guard random.chance(3) else { return .full }
        return ResultForm(
            extent: random.pick(ResultForm.Extent.allCases),
            replyRefusal: random.chance(2) ? random.pick(["TOPIC_AUTHORIZATION_FAILED", "no leader"]) : nil,
            addsKey: random.chance(2),
            letterRefusal: random.chance(2) ? "INVALID_RECORD" : nil
        )
    }

    /// A dead letter, of a command that never was one before or of one that was.
    mutating func deadLetter() -> ProducerRecord {
        let decoded = reader.read(message())
        let failure: CommandFailure =
            switch decoded {
            case .refused(_, let failure): failure
            case .command: laterFailure()
            }
        let form = random.chance(3) ? LetterForm(rawValue: random.pick(Array(0...31))) : []
        return letters.encode(failure, of: decoded.context, failedAt: instant(), form: form)
    }

    private mutating func outcome(of decoded: DecodedCommand) -> CommandOutcome {
        switch decoded {
        case .refused(_, let failure):
            return .failed(failure)
        case .command(let command):
            guard random.chance(2) else { return .failed(laterFailure()) }
            var customer = command.fields
            customer["id"] = .string("cust_\(random.next())")
            return .created(random.pick(CreatedOutcome.allCases), CustomerDocument(customer))
        }
    }

    /// A failure that shows itself only when the command is carried out.
    private mutating func laterFailure() -> CommandFailure {
        CommandFailure(
            code: random.pick(ErrorCode.allCases),
            message: random.text(upTo: random.pick([10, 400, 2_000])),
            retryable: random.chance(2) ? nil : random.chance(2),
            httpStatus: random.chance(2) ? nil : random.pick([100, 400, 409, 503, 999]),
            details: random.chance(2)
                ? nil : JSONObject([.init(name: random.text(upTo: 20), value: random.json(depth: 3))])
        )
    }

    private mutating func message() -> KafkaRecord {
        KafkaRecord(
            position: RecordPosition(
                topic: random.pick(["customer_commands", String(repeating: "t", count: 249)]),
                partition: random.pick([0, 3, .max]),
                offset: random.pick([0, 1_207, .max])
            ),
            timestamp: random.chance(4) ? nil : instant(),
            key: random.chance(4) ? nil : random.bytes(upTo: random.pick([20, 20, 2_000])),
            value: value(),
            headers: headers()
        )
    }

    private mutating func value() -> [UInt8]? {
        switch random.below(8) {
        case 0: return random.pick([nil, [], [0, 1, 2], [1], [0xef, 0xbb, 0xbf, 0x7b]])
        case 1: return random.bytes(upTo: 40)
        case 2: return [UInt8](repeating: UInt8(ascii: " "), count: 262_145)
        default: return JSONWriter.encode(body())
        }
    }

    private mutating func body() -> JSONObject {
        var fields = JSONObject([.init(name: "external_id", value: .string(random.text(upTo: 300)))])
        for name in ["name", "email", "address_city", "metadata", "contact_persons", "x_own", "nam"]
        where random.chance(4) {
            fields[name] = random.json(depth: random.pick([1, 3, 70]))
        }
        if random.chance(3) { fields["metadata"] = .object(JSONObject([.init(name: "plan", value: .string("pro"))])) }
        return fields
    }

    private mutating func headers() -> RecordHeaders {
        var headers: RecordHeaders = []
        if random.chance(2) { headers.append(RecordHeader(name: HeaderName.ceID, text: random.text(upTo: 200))) }
        if random.chance(3) {
            let trace = random.pick(["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0", "ff"])
            headers.append(RecordHeader(name: HeaderName.traceparent, text: trace))
            headers.append(RecordHeader(name: HeaderName.tracestate, text: random.text(upTo: 30)))
        }
        let correlations = [HeaderName.springCorrelationID, HeaderName.springReplyPartition, HeaderName.correlationID]
        for name in correlations where random.chance(3) {
            headers.append(RecordHeader(name: name, value: random.bytes(upTo: random.pick([4, 1_100]))))
        }
        for name in [HeaderName.springReplyTopic, HeaderName.replyTo] where random.chance(3) {
            let topic = random.pick(["replies.signup", "own", "secret", random.text(upTo: 300)])
            headers.append(RecordHeader(name: name, text: topic))
        }
        if random.chance(3) {
            headers.append(RecordHeader(name: DeadLetterHeader.deliveryCount.name, text: count()))
            headers.append(RecordHeader(name: DeadLetterHeader.redriveCount.name, text: count()))
            headers.append(RecordHeader(name: DeadLetterHeader.firstFailedAt.name, text: instant().description))
            headers.append(RecordHeader(name: DeadLetterHeader.message.name, text: random.text(upTo: 10)))
        }
        if random.chance(2) {
            headers.append(RecordHeader(name: "tenant", value: random.chance(4) ? nil : random.bytes(upTo: 8)))
        }
        return headers
    }

    private mutating func count() -> String { random.pick(["0", "1", "999999999", "9999999999", "-1", "x", ""]) }

    private mutating func instant() -> UnixMilliseconds {
        UnixMilliseconds(
            random.pick([0, -1, 1_795_341_600_000, 951_782_400_000, .min, .max, Int64(random.below(4_000_000_000_000))])
        )
    }
}
