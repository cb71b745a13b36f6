import ArgumentParser
import CommandWorker
import CustomerContract
import Kafka
import Settings

/// What a shell offers for values that are neither files nor the words of an enumeration.
enum Offered {
    private static let topics = WorkerSettings(kafka: ClientProperties(brokers: ""))

    /// The default names of all three topics.
    static let allTopics = CompletionKind.list([topics.commandTopic, topics.resultTopic, topics.deadLetterTopic])
    /// The default name of the command topic.
    static let commandTopic = CompletionKind.list([topics.commandTopic])
    /// The default name of the results topic.
    static let resultTopic = CompletionKind.list([topics.resultTopic])
    /// The default name of the dead-letter topic.
    static let deadLetterTopic = CompletionKind.list([topics.deadLetterTopic])
    /// The codes that a failed result, and so a dead letter, may have.
    static let errorCodes = CompletionKind.list(ErrorCode.allCases.map(\.rawValue))
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
