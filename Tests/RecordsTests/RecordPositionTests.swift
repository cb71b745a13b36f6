import Records
import Testing

@Suite struct RecordPositionTests {
    @Test(
        arguments: [
            ("customer_commands/3/1207", 3, 1_207), ("t/0/0", 0, 0),
            ("a.b-c/2147483647/9223372036854775807", .max, .max),
        ]
            as [(String, Int32, Int64)]
    )
    func `a position is written and read back`(text: String, partition: Int32, offset: Int64) throws {
        let position = try #require(RecordPosition(parsing: text))
        #expect(position.partition == partition)
        #expect(position.offset == offset)
        #expect(position.description == text)
    }

    @Test(arguments: [
        "", "t", "t/1", "/1/2", "t/1/2/3", "t/-1/2", "t/1/-2", "t/+1/2", "t/1/", "t//2", "t/2147483648/0",
        "t/1/9223372036854775808", "t/x/1", "t/1/٣",
    ])
    func `what is no position is refused`(text: String) {
        #expect(RecordPosition(parsing: text) == nil)
    }
}
