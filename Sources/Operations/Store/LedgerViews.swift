import CustomerContract
package import JSON
package import Ledger
import Records
package import Settings

/// What the ledger remembers of one customer.
extension LedgerEntry {
    /// For scripts; the customer as JSON.
    package var object: JSONObject {
        JSONObject([
            "external_id": .string(self.externalID.text), "outcome": .string(self.outcome.rawValue),
            "command_id": .string(self.commandID.text), "command": .string(self.position.description),
            "remembered_at": .string(self.rememberedAt.description),
            "fingerprint": .string(self.fingerprint.description),
            "customer": (try? JSONParser.parse(self.customer.json)) ?? .null,
        ])
    }

    /// One member a line.
    package var text: String { PrettyJSON.text(.object(self.object)) + "\n" }
}

/// How much a ledger remembers.
package struct LedgerStats: Sendable {
    /// Where it is; a password is masked.
    package let store: String
    package let customers: Int
    /// The size of the file or the tables.
    package let bytes: Int

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
