import ArgumentParser
import CommandWorker
import CustomerContract
import Kafka
import Operations
import Records
import Settings

extension ArgumentHelp {
    /// Help for an option or an argument whose value has this name there.
    static func value(_ name: String, _ text: String) -> Self { Self(text, valueName: name) }
}

/// What a shell offers for values that are neither files nor the words of an enumeration.
enum Offered {
    private static let topics = WorkerSettings(kafka: ClientProperties(brokers: ""))

    /// The default name of the command topic.
    static let commandTopic = CompletionKind.list([topics.commandTopic])
    /// The default name of the results topic.
    static let resultTopic = CompletionKind.list([topics.resultTopic])
    /// The default name of the dead-letter topic.
    static let deadLetterTopic = CompletionKind.list([topics.deadLetterTopic])
    /// The codes that a failed result, and so a dead letter, may have.
    static let errorCodes = CompletionKind.list(ErrorCode.allCases.map(\.rawValue))
}

/// `--topic` of the commands about dead letters.
struct DeadLetterTopicOption: ParsableArguments {
    @Option(
        help: .value("topic", "The dead-letter topic; kafka.topic_dlq without it."),
        completion: Offered.deadLetterTopic
    )
    var topic: String?

    /// The topic that it names, or that of the settings.
    func name(_ settings: ClusterSettings) -> String { self.topic ?? settings.settings.kafka.deadLetterTopic }
}

/// `--audit-log` of the commands that change what is remembered.
struct AuditLogOption: ParsableArguments {
    @Option(help: .value("file", "The audit log; audit.jsonl beside the store without it."), completion: .file())
    var auditLog: String?

    /// The file that it names, or the one beside the ledger.
    func path(_ settings: ClusterSettings) -> String { self.auditLog ?? settings.auditPath }
}

extension FileBytes {
    /// Reads the file that an option names; one that cannot be read ends the command with code 65.
    ///
    /// - Parameter content: what was expected, with its article.
    static func read(_ path: String, of option: String, limit: Int, expecting content: String) throws -> [UInt8] {
        do throws(Failure) {
            return try FileBytes(path: path, limit: limit).bytes
        } catch {
            throw ExitStatus.badInput.exit("\(option) \(path): found \(error.description); expected \(content)")
        }
    }
}

extension OptionTimes {
    /// Reads `--since` and `--until` where options are validated: a mistake ends the command with code 64.
    static func validate(since: String?, until: String?) throws {
        do throws(OptionTimeMistake) {
            _ = try Self(since: since, until: until)
        } catch {
            throw ValidationError(error.description)
        }
    }
}

extension SpanText {
    /// Reads a duration where options are validated: a mistake ends the command with code 64.
    static func validate(_ option: String, _ text: String) throws {
        do throws(OptionTimeMistake) {
            _ = try Self.parse(text)
        } catch {
            throw ValidationError("\(option) \(error.description)")
        }
    }
}
