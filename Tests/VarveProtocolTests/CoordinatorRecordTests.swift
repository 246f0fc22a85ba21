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

  @Test func `a trace is framed, and a later kind of record is passed over`() throws {
    var key = TraceKey()
    key.partition = 2
    var event = TraceEvent()
    (event.firstOffset, event.lastOffset, event.kind) = (5, 7, 1)
    (event.memberID, event.deliveryCount) = ("m", 3)
    var value = TraceValue()
    (value.groupID, value.events) = ("g", [event])
    let encoded = TraceRecord(key, value).encoded
    #expect(Array(encoded.key) == [0, 0] + Array(repeating: 0, count: 16) + [0, 0, 0, 2])
    let bytes = try #require(encoded.value)
    #expect(
      Array(bytes) == [0, 0, 2, 0x67, 2] + [0, 0, 0, 0, 0, 0, 0, 5] + [0, 0, 0, 0, 0, 0, 0, 7]
        + [1, 2, 0, 2, 2, 0x6d, 1, 2, 0, 3, 0])
    let record = try TraceRecord(key: encoded.key.bytes, value: bytes.bytes)
    #expect(record == TraceRecord(key, value))
    var later = Array(encoded.key)
    later[1] = 9
    let unknown = try TraceRecord(key: ByteSlice(later).bytes, value: bytes.bytes)
    #expect(unknown == nil)
  }

  @Test func `a share group's records are framed by their types`() throws {
    var key = ShareGroupMetadataKey()
    key.groupID = "g"
    var value = ShareGroupMetadataValue()
    (value.epoch, value.metadataHash) = (3, -2)
    let encoded = GroupRecord.shareGroupMetadata(key, value).encoded
    #expect(Array(encoded.key) == [0, 11, 0, 1, 0x67])
    let bytes = try #require(encoded.value)
    #expect(
      Array(bytes)
        == [0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0])
    let record = try GroupRecord(key: encoded.key.bytes, value: bytes.bytes)
    #expect(record == .shareGroupMetadata(key, value))
  }

  @Test func `a share state is a snapshot or an update, by its type`() throws {
    var key = ShareUpdateKey()
    (key.groupID, key.partition) = ("g", 2)
    var batch = ShareStateBatch()
    (batch.firstOffset, batch.lastOffset, batch.deliveryState, batch.deliveryCount) = (1, 4, 2, 1)
    var value = ShareUpdateValue()
    (value.snapshotEpoch, value.startOffset, value.stateBatches) = (1, -1, [batch])
    let encoded = ShareStateRecord.update(key, value).encoded
    let zeros = [UInt8](repeating: 0, count: 16)
    #expect(Array(encoded.key) == [0, 1, 0, 1, 0x67] + zeros + [0, 0, 0, 2])
    let bytes = try #require(encoded.value)
    let offset: (UInt8) -> [UInt8] = { [0, 0, 0, 0, 0, 0, 0, $0] }
    let fields: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)
    #expect(Array(bytes) == fields + [2] + offset(1) + offset(4) + [2, 0, 1, 0, 0])
    let record = try ShareStateRecord(key: encoded.key.bytes, value: bytes.bytes)
    #expect(record == .update(key, value))
    let name = ShareStateRecord.snapshot(ShareSnapshotKey(), nil).encoded.key
    let snapshot = try ShareStateRecord(key: name.bytes, value: nil)
    #expect(snapshot == .snapshot(ShareSnapshotKey(), nil))
  }

  @Test func `a type of a later Kafka is passed over, a torn frame is not`() throws {
    let unknown = ByteSlice([0, 99, 1])
    let record = try GroupRecord(key: unknown.bytes, value: nil)
    #expect(record == nil)
    let share = try ShareStateRecord(key: unknown.bytes, value: nil)
    #expect(share == nil)
    let torn = ByteSlice([0])
    #expect(throws: WireError.self) { try GroupRecord(key: torn.bytes, value: nil) }
    #expect(throws: WireError.self) { try TransactionRecord(key: torn.bytes, value: nil) }
  }
}
