import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Goal: what is stored of a share group's partition is taken in at once, whatever it claims.
/// Method: claims that no log can bear out, which would count until overflow or for hours.
@Suite struct StoredShareTests {
  private static func replayed(
    from start: Int64, _ claims: [ClosedRange<Int64>], state: Int8 = 0
  ) -> SharePartition? {
    var value = ShareSnapshotValue()
    value.startOffset = Offset(start)
    value.snapshotEpoch = .max
    value.stateBatches = claims.map { offsets in
      var batch = ShareStateBatch()
      batch.firstOffset = Offset(offsets.lowerBound)
      batch.lastOffset = Offset(offsets.upperBound)
      batch.deliveryState = state
      (batch.deliveryCount, batch.availableAt) = (.max, .min)
      return batch
    }
    var coordinator = ShareCoordinator()
    coordinator.replay(.snapshot(ShareSnapshotKey(), value), producerID: nil)
    _ = coordinator.snapshotAll(at: Moment(wallClock: 0, uptime: 0))
    return coordinator.partitions.values.first
  }

  private static let impossible: [ClosedRange<Int64>] = [
    0...Int64.max, Int64.min...Int64.max, Int64.max - 1...Int64.max, 5...(1 << 24) + 5,
    5...(1 << 35), 6...(1 << 62), (1 << 62)...(1 << 62) + 1,
  ]

  private static let starts: [Int64] = [5, .min, .max]

  @Test("G27: what no log can have had is passed over", arguments: impossible, starts)
  func passedOver(offsets: ClosedRange<Int64>, start: Int64) throws {
    let available = try #require(Self.replayed(from: start, [offsets]))
    #expect(available.startOffset == start)
    #expect(available.entryCount == 0)
    guard offsets.upperBound > 1 << 36 else { return }
    let done = try #require(Self.replayed(from: start, [offsets], state: 2))
    #expect(done.startOffset == start)
    #expect(done.completedCount == 0)
  }

  @Test func `ranges of records that were out are known one by one`() throws {
    let partition = try #require(Self.replayed(from: 10, [8...12, 14...14]))
    #expect(partition.entryCount == 4)
  }

  @Test func `a backlog that was released at once keeps its counts`() throws {
    let partition = try #require(Self.replayed(from: 0, [0...(1 << 14), 20_000...40_000]))
    #expect(partition.entryCount == (1 << 14) + 1 + 20_001)
  }
}
