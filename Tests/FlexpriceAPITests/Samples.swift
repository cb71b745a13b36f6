import CustomerContract

/// A command with a body, at a fixed place of the command topic.
func command(_ body: String, headers: [MessageHeader] = []) throws -> CreateCustomerCommand {
    let message = CommandMessage(
        position: RecordPosition(topic: "customer_commands", partition: 3, offset: 1_207),
        value: Array(body.utf8),
        headers: headers
    )
    switch CommandReader().read(message) {
    case .command(let command): return command
    case .refused(_, let failure): throw failure
    }
}
