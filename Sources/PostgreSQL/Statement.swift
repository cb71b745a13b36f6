/// A statement that a connection prepares once and then runs by its name.
package struct Statement: Sendable, Hashable {
    /// Its name, unique in the program.
    package let name: String
    /// The text, with `$1` to `$n` for the values.
    package let sql: String

    /// Names a statement; nothing is sent.
    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}
