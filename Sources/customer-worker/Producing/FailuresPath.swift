import Foundation

/// Where failures are written when nobody says so: beside the file, under a name that is not taken.
enum FailuresPath {
    /// `customers.failures.jsonl` for `customers.csv`, or `customers.failures-2.jsonl` if there is one.
    static func free(beside input: String) -> String {
        let base = input == "-" ? "produce" : (input as NSString).deletingPathExtension
        let names = (1...).lazy.map { number in base + ".failures" + (number == 1 ? "" : "-\(number)") + ".jsonl" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? base + ".failures.jsonl"
    }
}
