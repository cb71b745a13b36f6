import CustomerContract
public import JSON

/// A customer to be created: the fields of Flexprice's `POST /v1/customers`.
///
/// ```swift
/// var customer = NewCustomer(externalID: "acct_8412", name: "Acme", email: "billing@acme.co")
/// customer.addressCountry = "IN"
/// customer.metadata = ["plan": "pro"]
/// ```
///
/// What is nil or empty here is left out. The rules are checked when the command is sent, all of them at once.
public struct NewCustomer: Sendable, Hashable {
    /// Your own id of the customer, 1 to 255 characters, compared byte for byte.
    public var externalID: String
    /// The name; the external_id takes its place where there is none.
    public var name: String?
    /// An e-mail address.
    public var email: String?
    /// A telephone number, free text.
    public var contact: String?
    /// The first line of the address.
    public var addressLine1: String?
    /// The second line of the address.
    public var addressLine2: String?
    /// The city.
    public var addressCity: String?
    /// The state or region.
    public var addressState: String?
    /// The postal code.
    public var addressPostalCode: String?
    /// ISO 3166-1 alpha-2, upper case.
    public var addressCountry: String?
    /// The name of an IANA time zone.
    public var timezone: String?
    /// Strings by name.
    public var metadata: [String: String] = [:]
    /// Any other field of the API by its name, passed on untouched.
    public var otherFields = JSONObject()

    /// A customer with the fields that most have.
    public init(externalID: String, name: String? = nil, email: String? = nil) {
        self.externalID = externalID
        self.name = name
        self.email = email
    }

    /// The body of the command.
    public var fields: JSONObject {
        let texts: [(String, String?)] = [
            ("external_id", self.externalID), ("name", self.name), ("email", self.email), ("contact", self.contact),
            ("address_line1", self.addressLine1), ("address_line2", self.addressLine2),
            ("address_city", self.addressCity), ("address_state", self.addressState),
            ("address_postal_code", self.addressPostalCode), ("address_country", self.addressCountry),
            ("timezone", self.timezone),
        ]
        var members = texts.compactMap { name, text in
            text.map { JSONObject.Member(name: name, value: .string($0)) }
        }
        if !self.metadata.isEmpty {
            // In the order of the names, so that the same customer is always the same bytes.
            let entries = self.metadata.sorted { $0.key < $1.key }
                .map { JSONObject.Member(name: $0.key, value: .string($0.value)) }
            members.append(JSONObject.Member(name: "metadata", value: .object(JSONObject(entries))))
        }
        return JSONObject(members + self.otherFields.members)
    }
}
