import Testing

@testable import CustomerContract

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1),
        ("kafka.topc", "kafka.topic", 1), ("kafka.dlq_topic", "kafka.topic_dlq", 1), ("ABC", "abc", 0),
    ])
    func `the distance counts changed letters`(_ first: String, _ second: String, _ distance: Int) {
        #expect(NearestName.distance(first, second) == distance)
        #expect(NearestName.distance(second, first) == distance)
    }

    @Test func `the nearest is found, ties go by the alphabet, and far names are not guessed`() {
        #expect(NearestName.find("topik", among: ["tropic", "topic"]) == "topic")
        #expect(NearestName.find("tpic", among: ["tqic", "topic", "tapic"]) == "tapic")
        #expect(NearestName.find("zebra", among: ["topic"]) == nil)
        #expect(NearestName.find("a", among: []) == nil)
    }
}
