import CustomerContract
import JSON
import Records
import Testing

/// The body of the seed's example: ten fields and no more.
let sampleBody =
    #"{"address_city":"San Francisco","address_country":"US","address_line1":"548 Market St","address_line2":"","#
    + #""address_postal_code":"94104","address_state":"CA","email":"billing@acme.co","external_id":"acct_8412","#
    + #""metadata":{},"name":"Acme"}"#

/// A record of the command topic at a fixed place and time.
func record(_ value: [UInt8]?, headers: RecordHeaders = [], timestamp: Int64? = 1_795_341_600_000) -> KafkaRecord {
    KafkaRecord(
        position: RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207),
        timestamp: timestamp.map { UnixMilliseconds($0) },
        key: Array("acct_8412".utf8),
        value: value,
        headers: headers
    )
}

func record(_ body: String, headers: RecordHeaders = []) -> KafkaRecord {
    record(Array(body.utf8), headers: headers)
}

/// A command with an external_id and whatever members the text adds.
func bodyWith(_ members: String) -> String {
    #"{"external_id":"a","# + members + "}"
}

/// What a reader makes of a body, when it must be a command.
func command(
    _ body: String,
    mode: ValidationMode = .full,
    headers: RecordHeaders = []
) throws -> CreateCustomerCommand {
    switch CommandReader(mode: mode).read(record(body, headers: headers)) {
    case .command(let command): return command
    case .refused(_, let failure): throw failure
    }
}

/// What a reader makes of a message, when it must be a refusal.
func refusal(
    _ message: KafkaRecord,
    mode: ValidationMode = .full,
    maximumBytes: Int = 262_144
) throws -> (context: CommandContext, failure: CommandFailure) {
    let decoded = CommandReader(maximumBytes: maximumBytes, mode: mode).read(message)
    guard case .refused(let context, let failure) = decoded else { throw UnexpectedlyAccepted() }
    return (context, failure)
}

/// The details of the refusal of a body, by field.
func details(_ body: String, mode: ValidationMode = .full) throws -> [String: String] {
    let failure = try refusal(record(body), mode: mode).failure
    #expect(failure.code == .invalidCommand)
    let members = try #require(failure.details).members
    return Dictionary(members.map { ($0.name, $0.value.stringValue ?? "") }, uniquingKeysWith: { first, _ in first })
}

/// A body passed that should not have.
struct UnexpectedlyAccepted: Error {}
