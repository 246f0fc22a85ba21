import Testing
import VarveBase
import VarveProtocol

/// Oracle: the bytes of the frame written out by hand.
struct CoordinatorRecordTests {
  @Test func `a group record is framed by its type and its value's version`() throws {
    var key = OffsetCommitKey()
    (key.group, key.topic, key.partition) = ("g", "t", 2)
    let encoded = GroupRecord.offsetCommit(key, nil).encoded
    #expect(Array(encoded.key) == [0, 1, 0, 1, 0x67, 0, 1, 0x74, 0, 0, 0, 2])
    #expect(encoded.value == nil)
    let record = try GroupRecord(key: encoded.key.bytes, value: nil)
    #expect(record == .offsetCommit(key, nil))
  }

  @Test func `a transaction record keeps what only its newer version has`() throws {
    var value = TransactionLogValue()
    (value.producerID, value.nextProducerEpoch) = (7, 3)
    let encoded = TransactionRecord("tx", value).encoded
    #expect(Array(encoded.key) == [0, 0, 0, 2, 0x74, 0x78])
    let bytes = try #require(encoded.value)
    #expect(Array(bytes.slice(0..<2)) == [0, 1])
    let record = try TransactionRecord(key: encoded.key.bytes, value: bytes.bytes)
    #expect(record == TransactionRecord("tx", value))
  }

  @Test func `a type of a later Kafka is passed over, a torn frame is not`() throws {
    let unknown = ByteSlice([0, 99, 1])
    let record = try GroupRecord(key: unknown.bytes, value: nil)
    #expect(record == nil)
    let torn = ByteSlice([0])
    #expect(throws: WireError.self) { try GroupRecord(key: torn.bytes, value: nil) }
    #expect(throws: WireError.self) { try TransactionRecord(key: torn.bytes, value: nil) }
  }
}
