import CustomerContract
package import JSON
package import Ledger
import Records
package import Settings

/// What the ledger remembers of one customer, as people read it, and as JSON.
package struct LedgerEntryView: Sendable {
    private let entry: LedgerEntry

    /// An entry.
    package init(entry: LedgerEntry) {
        self.entry = entry
    }

    /// Its members; the customer as JSON.
    package var object: JSONObject {
        JSONObject([
            "external_id": .string(self.entry.externalID.text),
            "outcome": .string(self.entry.outcome.rawValue),
            "command_id": .string(self.entry.commandID.text),
            "command": .string(self.entry.position.description),
            "remembered_at": .string(self.entry.rememberedAt.description),
            "fingerprint": .string(self.entry.fingerprint.description),
            "customer": (try? JSONParser.parse(self.entry.customer.json)) ?? .null,
        ])
    }

    /// One member a line.
    package var text: String { PrettyJSON.text(.object(self.object)) + "\n" }

    /// For scripts.
    package var json: String { self.object.line }
}

/// How much a ledger remembers.
package struct LedgerStats: Sendable {
    /// Where it is; a password is masked.
    package let store: String
    /// The number of customers.
    package let customers: Int
    /// The size of the file or the tables.
    package let bytes: Int

    /// Asks a ledger.
    package init(of ledger: any Ledger, at url: StoreURL) async throws(LedgerError) {
        self.store = url.description
        self.customers = try await ledger.count()
        self.bytes = try await ledger.byteCount()
    }

    /// One row, for people and scripts.
    package var table: TextTable {
        var table = TextTable(columns: ["store", "customers", "bytes"], numbers: ["customers", "bytes"])
        table.append([self.store, "\(self.customers)", "\(self.bytes)"])
        return table
    }
}
