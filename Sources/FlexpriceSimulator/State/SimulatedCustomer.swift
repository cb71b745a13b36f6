import JSON

/// A customer as the simulator stores it.
package struct SimulatedCustomer: Sendable {
    /// The statuses that occur here.
    package enum Status: String, Sendable {
        case published
        case archived
    }

    /// `cust_` and a ULID.
    package let id: String
    /// The id of the caller's system; unique byte for byte among the published customers of an environment.
    package internal(set) var externalID: String
    package internal(set) var name: String
    package internal(set) var email = ""
    /// Nil when it was not sent, which is not the same as empty.
    package internal(set) var contact: String?
    package internal(set) var address = CustomerAddress()
    package internal(set) var timezone = "UTC"
    package let environmentID: String
    package let tenantID: String
    package internal(set) var status = Status.published
    package let createdAt: UnixNanoseconds
    package internal(set) var updatedAt: UnixNanoseconds
    /// The user behind the key.
    package let userID: String
    var storedMetadata: Metadata?

    /// The metadata sorted by key, nil when none was sent.
    package var metadata: [(key: String, value: String)]? { storedMetadata?.pairs }

    /// How an answer spells the times: a create echoes what the server's clock said, a read what PostgreSQL kept.
    enum TimePrecision {
        case nanoseconds
        case microseconds
    }

    /// Writes the customer in the server's order of fields.
    func write(to writer: inout JSONWriter, times precision: TimePrecision) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("external_id", externalID)
            writer.member("name", name)
            writer.member("email", email)
            if let contact { writer.member("contact", contact) }
            writer.member("address_line1", address.line1)
            writer.member("address_line2", address.line2)
            writer.member("address_city", address.city)
            writer.member("address_state", address.state)
            writer.member("address_postal_code", address.postalCode)
            writer.member("address_country", address.country)
            writer.member("timezone", timezone)
            writer.name("metadata")
            writeMetadata(to: &writer)
            writer.member("environment_id", environmentID)
            writer.member("tenant_id", tenantID)
            writer.member("status", status.rawValue)
            writer.member("created_at", text(of: createdAt, precision))
            writer.member("updated_at", text(of: updatedAt, precision))
            writer.member("created_by", userID)
            writer.member("updated_by", userID)
        }
    }

    private func writeMetadata(to writer: inout JSONWriter) {
        guard let storedMetadata else { return writer.null() }
        writer.object { writer in
            for pair in storedMetadata.pairs { writer.member(pair.key, pair.value) }
        }
    }

    private func text(of time: UnixNanoseconds, _ precision: TimePrecision) -> String {
        switch precision {
        case .nanoseconds: time.rfc3339
        case .microseconds: time.roundedToMicroseconds.rfc3339
        }
    }
}
