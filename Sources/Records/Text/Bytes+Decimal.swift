extension [UInt8] {
    /// Appends a whole number in decimal digits, without a `String` in between.
    package mutating func appendDecimal(_ value: Int64) {
        var rest = value.magnitude
        if value < 0 { self.append(UInt8(ascii: "-")) }
        var divisor: UInt64 = 1
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }
}
