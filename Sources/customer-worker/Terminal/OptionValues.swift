import ArgumentParser
import CommandWorker
import CustomerContract
import Operations
import Records
import Settings

extension ArgumentHelp {
    /// Help for an option or an argument whose value has this name there.
    static func value(_ name: String, _ text: String) -> Self { Self(text, valueName: name) }
}

/// What a shell offers for values that are neither files nor the words of an enumeration.
enum Offered {
    private static let worker = WorkerSettings()

    /// The default name of the command topic.
    static let commandTopic = CompletionKind.list([worker.commandTopic])
    /// The default name of the results topic.
    static let resultTopic = CompletionKind.list([worker.resultTopic])
    /// The default name of the dead-letter topic.
    static let deadLetterTopic = CompletionKind.list([worker.deadLetterTopic])
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
    func name(_ settings: ClusterSettings) -> String { self.topic ?? settings.settings.worker.deadLetterTopic }
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

/// Reads options where they are validated: a mistake ends the command with code 64.
///
/// - Parameter option: its name, where the mistake does not have it.
func validating(_ option: String? = nil, _ read: () throws -> Void) throws {
    do {
        try read()
    } catch let mistake as OptionMistake {
        throw ValidationError(option.map { "\($0) \(mistake)" } ?? "\(mistake)")
    }
}
