/// Why a file cannot be read as commands at all: one sentence, or one a line.
///
/// A row that is wrong is not one, but a ``RowProblem``: this is thrown where it is not known what the rest of the file
/// means.
package struct InputFailure: Error, Sendable, CustomStringConvertible {
    /// The sentence, with the file's name and, where there is one, the line.
    package let description: String

    init(_ file: InputFile, line: Int? = nil, _ sentence: String) {
        self.init(file.name, line: line, sentence)
    }

    init(_ name: String, line: Int? = nil, _ sentence: String) {
        self.description = name + (line.map { ":\($0)" } ?? "") + ": " + sentence
    }
}
