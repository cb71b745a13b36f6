/// The address fields of a customer; empty when unset.
package struct CustomerAddress: Sendable, Hashable {
    package var line1 = ""
    package var line2 = ""
    package var city = ""
    package var state = ""
    package var postalCode = ""
    package var country = ""

    /// The 400 of the check that follows the validator, or nil; the first failure alone is reported.
    ///
    /// It counts bytes where the validator counts code points, so a line of a hundred ideographs passes there and fails
    /// here.
    var byteLimitError: APIError? {
        let message: String? =
            if !country.isEmpty, country.utf8.count != 2 {
                "Country code must be 2 characters"
            } else if postalCode.utf8.count > 20 {
                "Postal code must be less than 20 characters"
            } else if line1.utf8.count > 255 {
                "Address line 1 must be less than 255 characters"
            } else if line2.utf8.count > 255 {
                "Address line 2 must be less than 255 characters"
            } else if city.utf8.count > 100 {
                "City name must be less than 100 characters"
            } else if state.utf8.count > 100 {
                "State name must be less than 100 characters"
            } else {
                nil
            }
        return message.map { APIError.validation($0) }
    }

    /// All six, for rules that hold for each.
    var fields: [String] { [line1, line2, city, state, postalCode, country] }
}
