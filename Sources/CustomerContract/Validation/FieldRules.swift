import JSON
import Records

/// The rules for one field, each adding a sentence to the problems when it is broken.
///
/// A rule says what it found in shape only (a kind, a length), never the value. Null is for the caller to handle: it
/// means the same as absence wherever a field is optional.
struct FieldRules {
    /// The field as the sentences name it, such as `metadata` or `tax_rate_overrides[0].priority`.
    let path: String
    /// What is wrong so far.
    var problems: FieldProblems

    /// The string of a value; reports any other kind.
    mutating func string(_ value: JSONValue) -> String? {
        guard case .string(let text) = value else {
            problems.add(path, "must be a string; found \(value.kind)")
            return nil
        }
        return text
    }

    /// Any string.
    mutating func text(_ value: JSONValue) {
        _ = string(value)
    }

    /// A string of at least one character; the hint says what to do instead of sending an empty one.
    mutating func nonEmptyText(_ value: JSONValue, hint: String? = nil) {
        guard let text = string(value), text.utf8.isEmpty else { return }
        problems.add(path, "must not be empty" + (hint.map { "; \($0)" } ?? ""))
    }

    /// A string of a bounded number of code points.
    mutating func text(_ value: JSONValue, maximumCharacters: Int) {
        guard let text = string(value), text.hasMoreCodePoints(than: maximumCharacters) else { return }
        problems.add(path, "must have at most \(maximumCharacters) characters; found \(text.unicodeScalars.count)")
    }

    /// A string of a bounded number of bytes; code points need no look then, as each takes at least one.
    mutating func text(_ value: JSONValue, maximumBytes: Int) {
        guard let text = string(value), text.utf8.count > maximumBytes else { return }
        problems.add(
            path,
            "must have at most \(maximumBytes) bytes in UTF-8, where letters beyond ASCII take 2 to 4; "
                + "found \(text.utf8.count) bytes (\(text.unicodeScalars.count) characters)"
        )
    }

    /// An e-mail address or the empty string.
    mutating func email(_ value: JSONValue) {
        guard let text = string(value), !text.utf8.isEmpty else { return }
        guard !text.hasMoreCodePoints(than: 255) else {
            problems.add(path, "must have at most 255 characters; found \(text.unicodeScalars.count)")
            return
        }
        guard let fault = EmailAddress.fault(in: text) else { return }
        problems.add(path, "must be an e-mail address such as billing@example.com: \(fault.explanation)")
    }

    /// A country code or the empty string.
    mutating func country(_ value: JSONValue) {
        guard let text = string(value), !text.utf8.isEmpty, !CountryCode.isListed(text) else { return }
        let count = text.unicodeScalars.count
        let found =
            if count != 2 {
                "found \(count) \(count == 1 ? "character" : "characters")"
            } else if text.utf8.contains(where: { $0 &- UInt8(ascii: "a") < 26 }) {
                "found lower-case letters"
            } else {
                "found two characters that are not one (the United Kingdom is GB)"
            }
        problems.add(path, "must be an ISO 3166-1 alpha-2 code, upper case, such as US; \(found)")
    }

    /// The name of a time zone or the empty string.
    mutating func timeZone(_ value: JSONValue) {
        guard let text = string(value), !text.utf8.isEmpty, !TimeZoneName.isListed(text) else { return }
        problems.add(
            path,
            "must be the name of an IANA time zone in its exact spelling, such as Asia/Kolkata or UTC; found "
                + "\(text.unicodeScalars.count) characters that are not one (offsets and Local are not names)"
        )
    }

    /// One of a few words or the empty string.
    mutating func oneOf(_ words: [String], _ value: JSONValue) {
        guard let text = string(value), !text.utf8.isEmpty, !words.contains(where: { $0.hasSameBytes(as: text) }) else {
            return
        }
        problems.add(path, "must be \(words.joined(separator: " or ")), in lower case")
    }

    /// True or false.
    mutating func boolean(_ value: JSONValue) {
        guard case .bool = value else {
            problems.add(path, "must be true or false; found \(value.kind)")
            return
        }
    }
}

extension String {
    /// Whether the string has more code points than that; looks no further than the byte count where it can.
    func hasMoreCodePoints(than maximum: Int) -> Bool {
        utf8.count > maximum && unicodeScalars.count > maximum
    }
}
