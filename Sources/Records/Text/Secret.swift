/// A text that must never be shown: an API key or a password.
///
/// Every way of printing it (interpolation, `dump`, a debugger's mirror, the description of a value that contains it)
/// gives `<secret>`. The text itself comes out only through ``reveal()``, so a search for that name finds every use.
package struct Secret: Sendable, Hashable {
    /// What is printed in place of a secret.
    package static let mask = "<secret>"

    private let text: String

    /// Wraps a text that was read from a place for secrets.
    package init(_ text: String) {
        self.text = text
    }

    /// The text itself, for the one place that sends it.
    ///
    /// The caller must not log it, put it into an error, or pass it as an argument of a process.
    package func reveal() -> String {
        text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mask, never the text.
    package var description: String { Self.mask }

    /// The mask, never the text.
    package var debugDescription: String { Self.mask }

    /// A mirror without children, so that `dump` finds nothing to print.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
