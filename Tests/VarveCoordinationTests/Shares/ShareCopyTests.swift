import Testing
import VarveBase
import VarveCoordination
import VarveTestKit

/// Goal: within the window of a message its copies are left out, and known as such. The oracle is
/// counted by hand; ``ShareSimulation`` has the rest.
struct ShareCopyTests {
  private static let window: Int64 = 1_000

  private static func queue(idsMax: Int = 1_000_000) -> ShareUnderTest {
    .queue { _, queue in
      queue.deduplicationWindow = window
      queue.deduplicationIDsMax = idsMax
    }
  }

  /// The third comes after the window of the first, which the second has not begun anew: a restart
  /// that reads from the second on must know that.
  @Test(arguments: [false, true])
  func `G48: the window is the first message's, over restarts`(restarts: Bool) throws {
    var share = Self.queue()
    var firsts: [Int64?] = []
    for _ in 0..<10 {
      let offset = share.append { $0.digest = 5 }
      firsts.append(share.first(ofCopyAt: offset))
      try share.accept(share.takeOffsets(10))
      share.pass(600)
      if restarts { share.restart() }
    }
    #expect(firsts == [nil, 0, nil, 2, nil, 4, nil, 6, nil, 8])
    #expect(share.startOffset == 10)
    #expect(restarts || share.counts.repeated == 5)
  }

  @Test func `G48: what a record is a copy of is told later too, and of none that is no copy`() {
    var share = Self.queue()
    for number in 0..<6 { share.append { $0.digest = UInt128(number % 3) } }
    share.append(2)
    for _ in 0..<2 {
      let firsts = (0..<8).map { share.first(ofCopyAt: $0) }
      #expect(firsts == [nil, nil, nil, 0, 1, 2, nil, nil])
      share.restart()
    }
    #expect(share.takeOffsets(10) == [0, 1, 2, 6, 7])
  }

  @Test func `G48: without a window there are no copies`() {
    var share = ShareUnderTest.queue()
    for _ in 0..<2 { share.append { $0.digest = 1 } }
    #expect(share.first(ofCopyAt: 1) == nil)
    #expect(share.takeOffsets(2) == [0, 1])
  }

  @Test func `G48: where there are too many ids the oldest are forgotten, and counted`() throws {
    var share = Self.queue(idsMax: 100)
    for number in 0..<1_000 { share.append { $0.digest = UInt128(number) } }
    try share.accept(share.takeOffsets(1_000))
    #expect(share.counts.forgottenIDs == 900)
    #expect(share.entryCount <= 102)
    let (kept, forgotten) = (share.append { $0.digest = 950 }, share.append { $0.digest = 10 })
    #expect(share.first(ofCopyAt: kept) == 950)
    #expect(share.first(ofCopyAt: forgotten) == nil)
  }

  @Test func `G48: ids whose window is over take no memory`() throws {
    var share = Self.queue()
    for number in 0..<2_000 {
      share.append { $0.digest = UInt128(number) }
      try share.accept(share.takeOffsets(10))
      share.pass(100)
    }
    // Twice the window is kept, since times come in no strict order.
    #expect(share.entryCount <= 100)
    #expect(share.counts.forgottenIDs == 0)
  }
}
