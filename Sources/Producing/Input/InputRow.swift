/// Where a command begins in its file.
package struct RowPlace: Sendable, Hashable, CustomStringConvertible {
    /// The line that it begins in, from 1.
    package let line: Int
    /// Which element of a JSON array it is, from 1.
    let element: Int?
    /// The byte that it begins with, from 0.
    let offset: Int64

    init(line: Int, element: Int? = nil, offset: Int64) {
        self.line = line
        self.element = element
        self.offset = offset
    }

    /// By what `--from-line` counts: the line, or the element of an array, of which several may stand in a line.
    package var number: Int { self.element ?? self.line }

    /// The line, and in an array the element.
    package var description: String { "\(self.line)" + (self.element.map { " (element \($0))" } ?? "") }
}

/// One command as it stands in a file, before any rule was applied to it.
struct InputRow: Sendable, Hashable {
    /// Where it begins.
    let place: RowPlace
    /// The JSON text of its fields; where there is a problem, as much as can be told of it.
    let text: [UInt8]
    /// Why it is no command, whatever the rules say.
    let problem: RowProblem?

    init(_ place: RowPlace, _ text: [UInt8], _ problem: RowProblem? = nil) {
        self.place = place
        self.text = text
        self.problem = problem
    }
}
