/// How commands stand in a file.
package enum InputFormat: String, Sendable, CaseIterable {
    /// A JSON object a line.
    case jsonl
    /// One JSON array of objects.
    case json
    /// RFC 4180, with columns named as the fields and `metadata.KEY`.
    case csv

    /// Finds it out: by the ending of the file's name, or else by its first character.
    package init(of file: InputFile) throws(InputFailure) {
        let name = file.name.lowercased()
        if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            self = .jsonl
            return
        }
        if name.hasSuffix(".csv") {
            self = .csv
            return
        }
        var reader = try ByteReader(file)
        try reader.skipWhiteSpace()
        switch try reader.peek() {
        case UInt8(ascii: "["): self = .json
        case UInt8(ascii: "{"): self = .jsonl
        default:
            guard !name.hasSuffix(".json") else {
                throw InputFailure(file, "begins with neither [ nor {; expected an array of commands, or one a line")
            }
            self = .csv
        }
    }
}
