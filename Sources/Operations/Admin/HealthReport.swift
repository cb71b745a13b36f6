import CustomerContract
import JSON

/// What `/livez` and `/readyz` say.
struct HealthReport: Sendable {
    let isWell: Bool
    let json: [UInt8]

    /// `{"live":true}`, or `{"live":false,"reasons":[…]}`.
    static func liveness(_ health: Health) -> HealthReport {
        let reasons = health.isLive ? [] : health.reasons.filter { $0.word == "loop_stuck" }
        return HealthReport(isWell: health.isLive, json: Self.encode("live", health.isLive, reasons))
    }

    /// `{"ready":true}`, or `{"ready":false,"reasons":[…]}` with every reason.
    static func readiness(_ health: Health) -> HealthReport {
        HealthReport(isWell: health.isReady, json: Self.encode("ready", health.isReady, health.reasons))
    }

    private static func encode(_ name: String, _ value: Bool, _ reasons: [Health.Reason]) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.name(name)
        writer.bool(value)
        if !value {
            writer.name("reasons")
            writer.write(reasons)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension JSONWriter {
    /// Reasons as objects.
    mutating func write(_ reasons: [Health.Reason]) {
        self.beginArray()
        for reason in reasons {
            self.beginObject()
            self.name("reason")
            self.string(reason.word)
            self.name("detail")
            self.string(reason.detail)
            self.endObject()
        }
        self.endArray()
    }
}
