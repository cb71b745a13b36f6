import CustomerCommands
import CustomerContract
import Records

/// A sign-up that puts no wait on Flexprice into its path, and a caller that wants to know.
///
/// `sign-up-example BROKERS REPLY_TOPIC EXTERNAL_ID…` creates customers and prints what became of each.
@main
enum SignUp {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 3, let brokers = arguments.first, let replyTopic = arguments.dropFirst().first else {
            print("usage: sign-up-example BROKERS REPLY_TOPIC EXTERNAL_ID...")
            return
        }
        var settings = CustomerCommandsSettings(brokers: brokers, source: "sign-up")
        settings.answers = .replyTopic(replyTopic)
        let commands = CustomerCommands(settings)
        // It runs for as long as the service does.
        async let running: Void = commands.run()

        for externalID in arguments.dropFirst(2) {
            var customer = NewCustomer(externalID: externalID, name: "Acme", email: "billing@acme.co")
            customer.metadata = ["plan": "pro"]
            // In a request's path: the command is in Kafka, and everything else happens later.
            let receipt = try await commands.send(customer)
            print("sent \(externalID) to partition \(receipt.position.partition)")
            // Where the customer must exist before the next step, such as a subscription.
            let result = try await commands.sendAndAwaitResult(customer, timeout: .seconds(20))
            switch result.outcome {
            case .created(let how, _): print("\(externalID) is there (\(how.rawValue))")
            case .failed(let failure): print("\(externalID) failed: \(failure.message)")
            }
        }

        commands.close()
        try await running
    }
}
