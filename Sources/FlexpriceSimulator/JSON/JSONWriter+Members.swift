import JSON

/// How the simulator writes its answers.
extension JSONWriter {
    /// Writes an object around what the closure writes.
    mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    /// Writes an array around what the closure writes.
    mutating func array(_ elements: (inout JSONWriter) -> Void) {
        beginArray()
        elements(&self)
        endArray()
    }

    /// Writes a member that is a string.
    mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    /// Writes a member that is a whole number.
    mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        integer(value)
    }
}
