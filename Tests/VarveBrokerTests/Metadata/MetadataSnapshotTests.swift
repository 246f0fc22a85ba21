import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Goal: snapshots are Kafka's, and one that is not whole is never taken for one.
struct MetadataSnapshotTests {
  private func written(
    _ state: MetadataState, now: Timestamp
  ) throws -> (id: MetadataSnapshotID, bytes: ByteSlice) {
    let directory = try TemporaryDirectory()
    let disk = LocalFileSystem()
    let id = MetadataSnapshotID(endOffset: state.nextOffset, epoch: state.lastEpoch)
    let count = try MetadataSnapshot.write(state, in: directory.path, on: disk, now: now)
    #expect(try disk.contents(ofDirectory: directory.path) == ["\(id)"])
    let bytes = ByteSlice(try disk.open("\(directory.path)/\(id)", .read).readAll())
    #expect(bytes.count == count)
    return (id, bytes)
  }

  @Test("G04: a snapshot is written as Kafka wrote it, byte for byte")
  func asKafkaWrites() throws {
    let kafka = try ByteSlice(GoldenData.bytes(GoldenData.metadataSnapshot))
    let id = MetadataSnapshotID(endOffset: 0, epoch: 0)
    let state = try MetadataSnapshot.read(kafka.bytes, id: id, path: "")
    #expect(state.lastTimestamp == 1_795_475_380_505)
    #expect(state.voters?.voters.first?.endpoints.first?.port == 29393)
    // Kafka wrote the footer four milliseconds after the header: compare all but the times and
    // the checksums over them.
    let (_, ours) = try written(state, now: 1_795_475_380_513)
    #expect(ours.count == kafka.count)
    let footer = 166
    #expect(ours.slice(0..<footer) == kafka.slice(0..<footer))
    let untimed = footer + 43
    #expect(ours.slice(untimed..<ours.count) == kafka.slice(untimed..<kafka.count))
  }

  @Test func `a snapshot of Kafka's whole log says what the log says`() throws {
    let state = try MetadataImageTests.replayed()
    let (id, bytes) = try written(state, now: 1)
    #expect("\(id)" == "00000000000000000367-0000000001.checkpoint")
    #expect(MetadataSnapshotID(fileName: "\(id)") == id)
    #expect(try MetadataSnapshot.read(bytes.bytes, id: id, path: "") == state)
  }

  @Test func `Kafka's bootstrap checkpoint is a snapshot`() throws {
    let bytes = try ByteSlice(GoldenData.bytes("data/bootstrap.checkpoint"))
    let state = try MetadataSnapshot.read(
      bytes.bytes, id: MetadataSnapshotID(endOffset: 0, epoch: 0), path: "")
    #expect(
      state.image.features == [
        "metadata.version": 25, "group.version": 1, "transaction.version": 2,
      ])
  }

  @Test func `no prefix of a snapshot is one, nor is one with a byte changed or too many`() throws {
    let state = try MetadataImageTests.replayed()
    let (id, bytes) = try written(state, now: 1)
    for count in 0..<bytes.count {
      #expect(throws: MetadataError.self, "\(count) of \(bytes.count) bytes") {
        try MetadataSnapshot.read(bytes.slice(0..<count).bytes, id: id, path: "")
      }
    }
    let longer = ByteSlice(Array(bytes) + [0])
    #expect(throws: MetadataError.self) {
      try MetadataSnapshot.read(longer.bytes, id: id, path: "")
    }
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      var damaged = Array(bytes)
      let bit = Int.random(in: 0..<damaged.count * 8, using: &random)
      // The checksum covers all but where a batch is and its epoch, which no record depends on.
      let position = bit / 8
      damaged[position] ^= 1 << (bit % 8)
      let read = try? MetadataSnapshot.read(ByteSlice(damaged).bytes, id: id, path: "")
      #expect(read == nil || read == state, "bit \(bit)")
    }
  }

  @Test(arguments: [
    "00000000000000000367-0000000001.checkpoint.part", "bootstrap.checkpoint",
    "367-1.checkpoint", "00000000000000000367.checkpoint",
    "-0000000000000000367-0000000001.checkpoint", "99999999999999999999-0000000001.checkpoint",
  ])
  func `other names are no snapshot's`(_ name: String) {
    #expect(MetadataSnapshotID(fileName: name) == nil)
  }
}
