import CustomerContract
import JSON

/// Random values that a seed settles (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// True once in so many times.
    mutating func chance(_ count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<below(count + 1)).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// Letters of one to four bytes, and now and then what troubles writers: quotes, controls, U+0000.
    mutating func text(upTo count: Int) -> String {
        let usual: [Unicode.Scalar] = ["a", "Z", "7", " ", "-", "é", "ü", "你", "😀", "@", "."]
        let troubling: [Unicode.Scalar] = [
            "\"", "\\", "\u{0}", "\u{1f}", "\u{7f}", "\u{85}", "\u{301}", "\u{2028}", "\u{10ffff}",
        ]
        var text = String.UnicodeScalarView()
        let isTroubling = chance(4)
        for _ in 0..<below(count + 1) { text.append(isTroubling && chance(4) ? pick(troubling) : pick(usual)) }
        return String(text)
    }

    mutating func json(depth: Int) -> JSONValue {
        guard depth > 1 else {
            return [.null, .bool(true), .number(JSONNumber(below(1_000))), .string(text(upTo: 30))][below(4)]
        }
        if depth > 10 { return .array([json(depth: depth - 1)]) }
        switch below(3) {
        case 0: return .array((0..<below(3)).map { _ in json(depth: depth - 1) })
        case 1:
            return .object(
                JSONObject((0..<below(3)).map { _ in .init(name: text(upTo: 12), value: json(depth: depth - 1)) })
            )
        default: return json(depth: 1)
        }
    }
}
