import CustomerContract
import JSON
import Ledger
import Records

/// What the ledger remembers of one customer, as people read it, and as JSON.
struct LedgerEntryView {
    let entry: LedgerEntry

    private var object: JSONObject {
        var object = JSONObject()
        object["external_id"] = .string(self.entry.externalID.text)
        object["outcome"] = .string(self.entry.outcome.rawValue)
        object["command_id"] = .string(self.entry.commandID.text)
        object["command"] = .string(self.entry.position.description)
        object["remembered_at"] = .string(self.entry.rememberedAt.description)
        object["fingerprint"] = .string(self.entry.fingerprint.description)
        object["customer"] = (try? JSONParser.parse(self.entry.customer.json)) ?? .null
        return object
    }

    var text: String { PrettyJSON.text(.object(self.object)) + "\n" }

    var json: String { String(decoding: JSONWriter.encode(self.object), as: UTF8.self) + "\n" }
}
