import CustomerContract
import Records

/// A command with a body, at a fixed place of the command topic.
func command(_ body: String, headers: RecordHeaders = []) throws -> CreateCustomerCommand {
    let message = KafkaRecord(
        position: RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207),
        value: Array(body.utf8),
        headers: headers
    )
    switch CommandReader().read(message) {
    case .command(let command): return command
    case .refused(_, let failure): throw failure
    }
}
