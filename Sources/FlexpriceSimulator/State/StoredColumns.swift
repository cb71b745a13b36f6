/// What PostgreSQL makes of values that the server does not check before it inserts them.
enum StoredColumns {
    /// `customer` as the table keeps it; nil where the insert fails, which the server answers with a 500 each time.
    ///
    /// A column of `varchar(255)` counts characters. It refuses a longer text, except that an overflow of nothing but
    /// spaces is cut off without a word. No text can hold U+0000.
    static func fit(_ customer: SimulatedCustomer) -> SimulatedCustomer? {
        guard let externalID = fit(customer.externalID), let email = fit(customer.email) else { return nil }
        let texts = [customer.name, customer.contact ?? ""] + customer.address.fields
        if texts.contains(where: { $0.utf8.contains(0) }) || customer.storedMetadata?.holdsNUL == true { return nil }
        var stored = customer
        stored.externalID = externalID
        stored.email = email
        return stored
    }

    private static func fit(_ text: String) -> String? {
        if text.utf8.contains(0) { return nil }
        guard text.utf8.count > 255 else { return text }
        let scalars = text.unicodeScalars
        guard scalars.dropFirst(255).allSatisfy({ $0 == " " }) else { return nil }
        return String(scalars.prefix(255))
    }
}
