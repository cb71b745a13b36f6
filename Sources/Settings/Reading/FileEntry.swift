import Yams

/// A node of the configuration file, with the line of its key.
struct FileEntry: Sendable {
    enum Content: Sendable {
        /// `key:` without a value, `~` or `null`: the setting is left unset.
        case nothing
        case text(String)
        case list([FileEntry])
        case map([(name: String, entry: FileEntry)])
    }

    /// Counts from 1.
    let line: Int
    let content: Content

    /// What a complaint calls it; never its value.
    var phrase: String {
        switch self.content {
        case .nothing: "nothing"
        case .text: "a single value"
        case .list(let entries): "a list of \(entries.count)"
        case .map(let entries): "a map of \(entries.count)"
        }
    }

    var text: String? {
        guard case .text(let text) = self.content else { return nil }
        return text
    }

    /// The entries of a map; empty for anything else.
    var children: [(name: String, entry: FileEntry)] {
        guard case .map(let entries) = self.content else { return [] }
        return entries
    }

    /// The entry at a path of keys below this one.
    func entry(at path: some Sequence<String>) -> FileEntry? {
        var current = self
        for name in path {
            guard let next = current.children.first(where: { $0.name == name }) else { return nil }
            current = next.entry
        }
        return current
    }

    /// Copies a node of Yams.
    ///
    /// - Parameter depth: how many levels to copy. Settings end at the third (`kafka`, `properties`, a property) and a
    ///   list may be there; what lies deeper is wrong whatever it says, and aliases could make it boundless.
    init(_ node: Node, line: Int?, depth: Int = 5) {
        self.line = line ?? node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            self.content = isNull ? .nothing : .text(scalar.string)
        case .sequence(let sequence):
            self.content = .list(depth == 0 ? [] : sequence.map { FileEntry($0, line: nil, depth: depth - 1) })
        case .mapping(let mapping):
            let pairs = depth == 0 ? [] : Array(mapping)
            self.content = .map(
                pairs.map { key, value in
                    (key.string ?? "(a key that is no text)", FileEntry(value, line: key.mark?.line, depth: depth - 1))
                }
            )
        case .alias:
            self.content = .nothing
        }
    }
}
