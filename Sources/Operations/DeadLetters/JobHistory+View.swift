import Foundation
import JSON
import Records
package import Redrive

extension JobHistory {
    /// Takes every line of an audit log; a log that is not there has no jobs.
    ///
    /// - Throws: ``StartFailure`` 77 when it cannot be read.
    package mutating func read(auditLog path: String) throws(StartFailure) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw StartFailure(.notPermitted, "--audit-log \(path): cannot be read")
        }
        for line in data.split(separator: UInt8(ascii: "\n")) { self.read(Array(line)) }
    }
}

extension [JobHistory.Job] {
    /// A table for people.
    package func text(width: Int?) -> String {
        guard !self.isEmpty else { return "No job is known.\n" }
        var table = TextTable(columns: ["job", "kind", "state", "moved", "by", "began", "ended", "selection", "reason"])
        for job in self {
            let state = job.ending.map { "\(job.state.rawValue): \($0)" } ?? job.state.rawValue
            table.append([
                job.id.printable, job.kind.printable, state.printable, NumberText.count(job.moved),
                job.owner.printable, job.beganAt?.description ?? "-", job.endedAt?.description ?? "-",
                job.selection.printable, job.reason?.printable ?? "-",
            ])
        }
        return table.text(width: width)
    }

    /// For scripts.
    package var json: String {
        let objects = self.map { job in
            JSONValue.members([
                "job": .string(job.id), "kind": .string(job.kind), "state": .string(job.state.rawValue),
                "ending": .text(job.ending), "moved": .integer(job.moved), "topic": .string(job.topic),
                "selection": .string(job.selection), "reason": .text(job.reason), "by": .string(job.owner),
                "began_at": .text(job.beganAt?.description), "ended_at": .text(job.endedAt?.description),
            ])
        }
        return JSONValue.array(objects).compact + "\n"
    }
}
