import Records

/// Reads a ``PlainBody`` in one pass over the bytes, or says that the body is none.
///
/// Nearly every command is plain. Whatever is not, right or wrong, is left to the reader that knows every rule and has
/// a sentence for each: `nil` says nothing of a body but that. What is accepted here must obey every rule there; a test
/// compares the two over any number of inputs.
struct PlainBodyScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var body: PlainBody
    /// One bit for each known field that was met.
    private var met: UInt32 = 0
    /// The bits of all bytes of strings: the highest is set where one is not ASCII.
    private var bits: UInt8 = 0

    /// Reads a record's value.
    static func scan(_ value: ArraySlice<UInt8>) -> PlainBody? {
        // A place has 32 bits.
        guard value.count <= Int32.max else { return nil }
        return value.withUnsafeBufferPointer { bytes in
            var scanner = Self(bytes, PlainBody(value))
            guard scanner.readBody() else { return nil }
            return scanner.body
        }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ body: PlainBody) {
        self.bytes = bytes
        self.body = body
    }

    private mutating func readBody() -> Bool {
        self.skipSpace()
        guard self.take(UInt8(ascii: "{")) else { return false }
        repeat {
            self.skipSpace()
            guard let name = self.readString(), let field = KnownField(named: self.content(of: name)) else {
                return false
            }
            let bit: UInt32 = 1 << UInt32(field.rawValue)
            guard self.met & bit == 0, self.readColon(), self.readValue(of: field) else { return false }
            self.met |= bit
            self.skipSpace()
        } while self.take(UInt8(ascii: ","))
        guard self.take(UInt8(ascii: "}")) else { return false }
        self.skipSpace()
        guard self.index == self.bytes.count, !self.body[.externalID].isEmpty else { return false }
        if self.bits >= 0x80, (try? UTF8Span(validating: self.bytes.span)) == nil { return false }
        if self.met & (1 << UInt32(KnownField.name.rawValue)) == 0 { self.body.nameByID() }
        return true
    }

    private mutating func readValue(of field: KnownField) -> Bool {
        guard self.index < self.bytes.count else { return false }
        switch self.bytes[self.index] {
        case UInt8(ascii: "\""):
            guard let place = self.readString(), self.allows(self.content(of: place), for: field) else { return false }
            self.body[field] = place
            return true
        case UInt8(ascii: "{") where field == .metadata:
            return self.readMetadata()
        case UInt8(ascii: "t") where field == .skipOnboardingWorkflow:
            return self.readWord("true", of: field)
        case UInt8(ascii: "f") where field == .skipOnboardingWorkflow:
            return self.readWord("false", of: field)
        case UInt8(ascii: "n") where field != .externalID && field != .name:
            // Null is as good as absent.
            return self.readWord("null", of: nil)
        default:
            return false
        }
    }

    /// Whether a string obeys the rules of its field; bounds are in bytes, of which no character has less than one.
    private func allows(_ text: UnsafeBufferPointer<UInt8>, for field: KnownField) -> Bool {
        switch field {
        case .externalID:
            (1...255).contains(text.count) && !text.contains { CommandWarnings.isOdd($0) }
        case .name: (1...255).contains(text.count)
        case .email: text.isEmpty || text.count <= 255 && EmailAddress.isPlain(text)
        case .addressLine1, .addressLine2: text.count <= 255
        case .addressCity, .addressState: text.count <= 100
        case .addressPostalCode, .contact: text.count <= 20
        case .addressCountry: text.isEmpty || CountryCode.isListed(text)
        case .timezone: text.isEmpty || TimeZoneName.isListed(String(decoding: text, as: UTF8.self))
        case .onboardingWorkflowName, .billingCurrency: true
        case .taxTreatment: text.isEmpty || text.hasSameBytes(as: "taxable") || text.hasSameBytes(as: "exempt")
        case .metadata, .skipOnboardingWorkflow, .taxRateOverrides, .integrationEntityMapping, .contactPersons: false
        }
    }

    private mutating func readMetadata() -> Bool {
        let start = self.index
        self.index += 1
        self.skipSpace()
        if !self.take(UInt8(ascii: "}")) {
            repeat {
                self.skipSpace()
                let count = self.body.metadataCount
                guard count < self.body.metadata.count, let name = self.readString(), self.isNew(name),
                    self.readColon(), let value = self.readString()
                else { return false }
                self.body.metadata[count] = name.lowerBound..<value.upperBound
                self.names[count] = name
                self.body.metadataCount = count + 1
                self.skipSpace()
            } while self.take(UInt8(ascii: ","))
            guard self.take(UInt8(ascii: "}")) else { return false }
        }
        self.body[.metadata] = self.place(from: start)
        return true
    }

    /// The names of the metadata so far.
    private var names = InlineArray<16, PlainBody.Place>(repeating: 0..<0)

    /// Whether a name of metadata is none of those that were met, and not reserved.
    private func isNew(_ name: PlainBody.Place) -> Bool {
        let text = self.content(of: name)
        for index in 0..<self.body.metadataCount where text.hasSameBytes(as: self.content(of: self.names[index])) {
            return false
        }
        return !text.hasSameBytes(as: "gstin") && !text.hasSameBytes(as: "pan") && !text.hasSameBytes(as: "hsn_sac")
    }

    // MARK: Tokens

    /// Reads a string without escapes; its place, with the quotes.
    private mutating func readString() -> PlainBody.Place? {
        let start = self.index
        guard self.take(UInt8(ascii: "\"")) else { return nil }
        var place = self.index
        var bits = self.bits
        while place < self.bytes.count {
            let byte = self.bytes[place]
            if byte == UInt8(ascii: "\"") {
                self.index = place + 1
                self.bits = bits
                return self.place(from: start)
            }
            if byte < 0x20 || byte == UInt8(ascii: "\\") { return nil }
            bits |= byte
            place += 1
        }
        return nil
    }

    private mutating func readWord(_ word: StaticString, of field: KnownField?) -> Bool {
        let start = self.index
        for offset in 0..<word.utf8CodeUnitCount {
            guard self.take(word.utf8Start[offset]) else { return false }
        }
        if let field { self.body[field] = self.place(from: start) }
        return true
    }

    private mutating func readColon() -> Bool {
        self.skipSpace()
        guard self.take(UInt8(ascii: ":")) else { return false }
        self.skipSpace()
        return true
    }

    private mutating func skipSpace() {
        while self.index < self.bytes.count {
            switch self.bytes[self.index] {
            case 0x20, 0x0a, 0x0d, 0x09: self.index += 1
            default: return
            }
            self.body.isCompact = false
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.index < self.bytes.count, self.bytes[self.index] == byte else { return false }
        self.index += 1
        return true
    }

    private func place(from start: Int) -> PlainBody.Place {
        UInt32(truncatingIfNeeded: start)..<UInt32(truncatingIfNeeded: self.index)
    }

    /// What is between the quotes.
    private func content(of place: PlainBody.Place) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self.bytes[Int(place.lowerBound) + 1..<Int(place.upperBound) - 1])
    }
}
