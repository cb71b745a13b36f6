import JSON
import Records

/// The body of an ordinary command, as places in its record's value.
///
/// Ordinary are commands of known fields, each once, with strings that need no escapes and values that obey the rules
/// at first sight; ``PlainBodyScanner`` says which. Nothing of them is taken apart or copied: a string without escapes
/// is its own canonical form, and is written to the customer and to the API as it is. Every other body is read by
/// ``CommandBody`` and ``CommandValidation``, which are the rules; for a plain one they come to the same command.
package struct PlainBody: Sendable {
    /// A part of the bytes.
    typealias Place = Range<UInt32>

    /// The record's value, as a part of the record's memory.
    package let bytes: ArraySlice<UInt8>
    /// The JSON text of each known field's value; empty for one that is absent or null.
    private var places = InlineArray<20, Place>(repeating: 0..<0)
    /// Whether there is no white space between the tokens.
    var isCompact = true
    /// Whether the command has no name, so that its external_id is taken for one.
    package private(set) var lacksName = false
    /// The metadata, each from its name's opening quote to its value's closing one.
    var metadata = InlineArray<16, Place>(repeating: 0..<0)
    /// How many there are.
    var metadataCount = 0

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// The place of a field's value.
    subscript(field: KnownField) -> Place {
        get { self.places[Int(field.rawValue)] }
        set { self.places[Int(field.rawValue)] = newValue }
    }

    /// Takes the external_id for the name.
    mutating func nameByID() {
        self.lacksName = true
        self[.name] = self[.externalID]
    }

    /// The text of a value that is a string.
    func text(_ field: KnownField) -> String {
        let place = self[field]
        return self.bytes.withUnsafeBufferPointer {
            String(decoding: $0[Int(place.lowerBound) + 1..<Int(place.upperBound) - 1], as: UTF8.self)
        }
    }

    /// The members as a tree, the name at the end where it was lacking.
    var object: JSONObject {
        // It was read once already, with stricter rules.
        var object = (try? JSONParser.parseObject(Array(self.bytes))) ?? JSONObject()
        if self.lacksName { object[KnownField.name.fieldName] = .string(self.text(.externalID)) }
        return object
    }

    /// The body as compact JSON: the bytes themselves for a producer that writes it so.
    var encoded: [UInt8] {
        if self.isCompact, !self.lacksName { return Array(self.bytes) }
        return JSONWriter.encode(self.object)
    }

    /// Whether a field is there and not null.
    package func has(_ field: KnownField) -> Bool { !self[field].isEmpty }

    /// Whether a field is the empty string.
    package func isEmptyText(_ field: KnownField) -> Bool { self[field].count == 2 && field != .metadata }

    /// Appends the value of a field as compact JSON, if it is there and not null; returns whether it is.
    package func append(_ field: KnownField, to output: inout OutputSpan<UInt8>) -> Bool {
        let place = self[field]
        if place.isEmpty { return false }
        self.bytes.withUnsafeBufferPointer { bytes in
            guard field == .metadata, !self.isCompact else {
                let value = bytes[Int(place.lowerBound)..<Int(place.upperBound)]
                return output.append(copying: UnsafeBufferPointer(rebasing: value))
            }
            output.append(UInt8(ascii: "{"))
            for index in 0..<self.metadataCount {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                let (name, value) = self.parts(ofMetadata: index, bytes)
                output.append(copying: UnsafeBufferPointer(rebasing: bytes[name]))
                output.append(UInt8(ascii: ":"))
                output.append(copying: UnsafeBufferPointer(rebasing: bytes[value]))
            }
            output.append(UInt8(ascii: "}"))
        }
        return true
    }

    /// The name and the value of one of the metadata, with their quotes.
    private func parts(
        ofMetadata index: Int,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (name: Range<Int>, value: Range<Int>) {
        let start = Int(self.metadata[index].lowerBound)
        let end = Int(self.metadata[index].upperBound)
        // Neither has a quote within.
        let quote = UInt8(ascii: "\"")
        var nameEnd = start + 1
        while bytes[nameEnd] != quote { nameEnd += 1 }
        var valueStart = nameEnd + 1
        while bytes[valueStart] != quote { valueStart += 1 }
        return (start..<nameEnd + 1, valueStart..<end)
    }
}

extension PlainBody {
    /// The fingerprint, and the digests of the fields, as ``CanonicalForm`` makes them.
    func digest() -> (fingerprint: Fingerprint, digests: KnownDigests) {
        // Each member is as long as in the text, but for a name that is lacking there.
        let most = 2 * self.bytes.count + 16
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most) { buffer in
            var form = CanonicalBuffer(buffer)
            var digests = KnownDigests()
            form.append(UInt8(ascii: "{"))
            self.bytes.withUnsafeBufferPointer { bytes in
                for field in KnownField.byName {
                    let place = self[field]
                    if place.isEmpty { continue }
                    if form.count > 1 { form.append(UInt8(ascii: ",")) }
                    let start = form.count
                    field.quotedName.withUnsafeBufferPointer { form.append($0) }
                    if field == .metadata {
                        self.appendMetadata(bytes, to: &form)
                    } else {
                        form.append(UnsafeBufferPointer(rebasing: bytes[Int(place.lowerBound)..<Int(place.upperBound)]))
                    }
                    digests.add(field, canonicalMember: form.bytes(from: start))
                }
            }
            form.append(UInt8(ascii: "}"))
            return (Fingerprint(canonical: UnsafeRawBufferPointer(form.bytes(from: 0))), digests)
        }
    }

    /// The metadata sorted by their names; each name is there once.
    private func appendMetadata(_ bytes: UnsafeBufferPointer<UInt8>, to form: inout CanonicalBuffer) {
        var order = InlineArray<16, UInt8>(repeating: 0)
        for index in 0..<self.metadataCount {
            var place = index
            while place > 0, self.name(index, bytes, precedes: Int(order[place - 1])) {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = UInt8(truncatingIfNeeded: index)
        }
        form.append(UInt8(ascii: "{"))
        for index in 0..<self.metadataCount {
            if index > 0 { form.append(UInt8(ascii: ",")) }
            let (name, value) = self.parts(ofMetadata: Int(order[index]), bytes)
            form.append(UnsafeBufferPointer(rebasing: bytes[name]))
            form.append(UInt8(ascii: ":"))
            form.append(UnsafeBufferPointer(rebasing: bytes[value]))
        }
        form.append(UInt8(ascii: "}"))
    }

    /// Whether the name of one of the metadata sorts before that of another by its bytes.
    private func name(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>, precedes other: Int) -> Bool {
        let quote = UInt8(ascii: "\"")
        var (left, right) = (Int(self.metadata[index].lowerBound) + 1, Int(self.metadata[other].lowerBound) + 1)
        while bytes[left] == bytes[right], bytes[left] != quote { (left, right) = (left + 1, right + 1) }
        // A name that ends is the smaller one.
        return bytes[right] != quote && (bytes[left] == quote || bytes[left] < bytes[right])
    }
}

/// Canonical bytes as they grow in memory that is there for one call.
private struct CanonicalBuffer {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ memory: UnsafeMutableBufferPointer<UInt8>) { self.memory = memory }

    mutating func append(_ byte: UInt8) {
        self.memory[self.count] = byte
        self.count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        precondition(bytes.count <= self.memory.count - self.count)
        self.memory.baseAddress.map { ($0 + self.count).update(from: start, count: bytes.count) }
        self.count += bytes.count
    }

    func bytes(from start: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self.memory[start..<self.count])
    }
}
