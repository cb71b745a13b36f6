package import Records

/// Numbers and times as people read them.
package enum NumberText {
    /// With a comma between thousands.
    package static func count(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        let text = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
        }
        return (number < 0 ? "-" : "") + text.joined()
    }

    /// A count with its noun: `1 row`, `1,240 rows`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(Self.count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// A count with its verb: `1 stays`, `2 stay`.
    package static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(Self.count(number)) \(number == 1 ? one : many)"
    }

    /// The two largest units that are not nothing: `3d 4h`, `12m 5s`, `8s`.
    package static func duration(_ duration: Duration) -> String {
        var rest = max(0, duration.components.seconds)
        var parts: [String] = []
        for (unit, seconds) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60), ("s", 1)] where rest >= seconds {
            parts.append("\(rest / seconds)\(unit)")
            rest %= seconds
        }
        return parts.isEmpty ? "0s" : parts.prefix(2).joined(separator: " ")
    }

    /// How long ago a time is.
    package static func age(_ time: UnixMilliseconds?, now: UnixMilliseconds) -> String {
        time.map { Self.duration(.milliseconds(now.milliseconds(since: $0))) } ?? "-"
    }
}

extension String {
    /// The text with `?` for control characters: what anybody can write into a record must not steer a terminal.
    package var printable: String {
        let scalars = self.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }
}
