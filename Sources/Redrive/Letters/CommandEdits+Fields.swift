import CustomerContract
import Records

extension CommandEdits {
    /// An edit sets a field that commands do not have.
    package struct UnknownField: Error, Sendable, Hashable, CustomStringConvertible {
        /// The name as it was given.
        package let name: String
        /// The field that it most likely means; `nil` when none is near.
        package let nearest: String?

        /// The sentence.
        package var description: String {
            let fields = KnownField.allCases.map(\.fieldName).sorted().joined(separator: ", ")
            let way = self.nearest.map { "did you mean \($0)?" } ?? "expected one of \(fields)"
            return "\(self.name) is no field of a command; \(way) (--allow-unknown-fields sets it all the same)"
        }
    }

    /// Checks that every field that is given a value is one that commands have.
    ///
    /// Flexprice would get an unknown field as it is, and ignore it: a misspelt edit would send every letter back
    /// unchanged. Entries of the metadata are free, and what is only removed may be a field that was misspelt before.
    package func checkFields() throws(UnknownField) {
        let known = KnownField.allCases.map(\.fieldName)
        for name in self.fieldsSet where KnownField(named: name) == nil {
            throw UnknownField(name: name, nearest: NearestName.find(name, among: known))
        }
    }
}
