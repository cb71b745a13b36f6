package import CustomerContract
package import Records

/// An operator's stop of some commands: it outlives the process, and ends by hand or at a time that was given.
package struct Pause: Sendable, Hashable {
    /// The commands that it stops.
    package enum Scope: Sendable, Hashable {
        /// All commands.
        case all
        /// The records of one partition of the command topic.
        case partition(Int32)
        /// The commands of one external_id.
        case externalID(ExternalID)
        /// The commands of every external_id that begins so.
        case externalIDPrefix(String)

        /// The word and the value by which it is kept and shown; the value of ``all`` is empty.
        package var parts: (kind: String, value: String) {
            switch self {
            case .all: ("all", "")
            case .partition(let number): ("partition", "\(number)")
            case .externalID(let id): ("external_id", id.text)
            case .externalIDPrefix(let prefix): ("external_id_prefix", prefix)
            }
        }

        /// Reads what ``parts`` gives; `nil` for anything else, as from a later version.
        package init?(kind: String, value: String) {
            switch kind {
            case "all": self = .all
            case "partition":
                guard let number = Int32(value) else { return nil }
                self = .partition(number)
            case "external_id": self = .externalID(ExternalID(value))
            case "external_id_prefix": self = .externalIDPrefix(value)
            default: return nil
            }
        }
    }

    /// The consumer group whose workers obey.
    package let group: String
    /// What it stops.
    package let scope: Scope
    /// Why, in the operator's words; empty when none were given.
    package let reason: String
    /// Who: the user and the host.
    package let author: String
    /// When it was said.
    package let beganAt: UnixMilliseconds
    /// When it ends by itself; `nil` for never.
    package let endsAt: UnixMilliseconds?

    /// Gathers a pause.
    package init(
        group: String,
        scope: Scope,
        reason: String,
        author: String,
        beganAt: UnixMilliseconds,
        endsAt: UnixMilliseconds?
    ) {
        self.group = group
        self.scope = scope
        self.reason = reason
        self.author = author
        self.beganAt = beganAt
        self.endsAt = endsAt
    }

    /// Whether it has come to its end.
    package func isOver(at moment: UnixMilliseconds) -> Bool { self.endsAt.map { $0.value <= moment.value } ?? false }
}

extension Pause.Scope: CustomStringConvertible {
    /// `all`, `partition 3`, `external_id acct_1`, `external_id_prefix acct_`.
    package var description: String {
        let (kind, value) = self.parts
        return value.isEmpty ? kind : "\(kind) \(value)"
    }
}

extension Pause: CustomStringConvertible {
    /// What, why and until when, for a sentence.
    package var description: String {
        let facts = [self.reason.isEmpty ? nil : self.reason, self.endsAt.map { "until \($0)" }, "by \(self.author)"]
        return "\(self.scope) (\(facts.compactMap(\.self).joined(separator: "; ")))"
    }
}
