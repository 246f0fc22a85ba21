import Testing
import VarveBase
import VarveCoordination
import VarveTestKit

/// Goal: what is parked stays away until it is named, whatever stops and starts meanwhile.
struct ShareParkingTests {
  @Test func `G47: a parked record stays away over restarts, and comes with the count it had`()
    throws
  {
    var share = ShareUnderTest.queue { settings, _ in settings.deliveriesMax = 2 }
    share.append(3)
    #expect(share.takeOffsets(1) == [0])
    try share.say(.release, of: 0...0)
    let second = share.take(1)
    #expect(second == [AcquiredRecords(0...0, deliveryCount: 2)])
    // Its last delivery, were it not parked.
    try share.say(.release, of: 0...0, token: "call-17")
    for _ in 0..<3 {
      #expect(share.takeOffsets(10).contains(0) == false && share.parkedCount == 1)
      share.pass(100_000_000)
      share.restart()
    }
    #expect(share.unpark("call-18") == 0)
    #expect(share.unpark("call-17") == 1 && share.parkedCount == 0)
    #expect(share.unpark("call-17") == 0)
    share.restart()
    #expect(share.take(1) == [AcquiredRecords(0...0, deliveryCount: 2)])
    try share.say(.accept, of: 0...0)
  }

  @Test func `G47: records under one token are woken together, and told how many they are`() throws
  {
    var share = ShareUnderTest()
    share.append(6)
    #expect(share.takeOffsets(6) == [0, 1, 2, 3, 4, 5])
    try share.say(.release, of: 1...2, token: "a")
    try share.say(.release, of: 4...4, token: "a")
    try share.say(.release, of: 3...3, token: "b")
    #expect(share.unpark("a") == 3)
    #expect(share.takeOffsets(6, for: "another") == [1, 2, 4])
    #expect(share.unpark("b") == 1)
    #expect(share.takeOffsets(6, for: "another") == [3])
  }

  @Test func `G47: a token that comes before its record is parked wakes none, and is not kept`()
    throws
  {
    var share = ShareUnderTest()
    share.append(1)
    #expect(share.takeOffsets(1) == [0])
    #expect(share.unpark("early") == 0)
    try share.say(.release, of: 0...0, token: "early")
    #expect(share.takeOffsets(1) == [])
    #expect(share.unpark("early") == 1)
  }

  @Test func `G47: parked records take no room among those that are out`() throws {
    var share = ShareUnderTest.queue { settings, _ in settings.recordLocksMax = 2 }
    share.append(100)
    for offset in Int64(0)..<100 {
      #expect(share.takeOffsets(1) == [offset])
      try share.say(.release, of: offset...offset, token: "token \(offset)")
    }
    #expect(share.parkedCount == 100)
    #expect(share.unpark("token 70") == 1)
    #expect(share.takeOffsets(5) == [70])
  }

  @Test func `G47: the time-to-live of a parked record goes on`() throws {
    var share = ShareUnderTest.queue { settings, _ in settings.hasDeadLetters = true }
    share.append { $0.expiresAt = $0.timestamp + 1_000 }
    #expect(share.takeOffsets(1) == [0])
    try share.say(.release, of: 0...0, token: "call")
    share.pass(999)
    #expect(share.letters.isEmpty && share.parkedCount == 1)
    share.pass(1)
    #expect(share.letters.map(\.failure) == [.expired] && share.parkedCount == 0)
    #expect(share.unpark("call") == 0)
    #expect(share.takeOffsets(1) == [])
  }

  @Test(arguments: [(0, false), (1, true), (249, true), (250, false)])
  func `G47: a token has 1 to 249 bytes`(length: Int, isLegal: Bool) throws {
    var share = ShareUnderTest()
    share.append(1)
    #expect(share.takeOffsets(1) == [0])
    var code: ErrorCode?
    do throws(CoordinatorError) {
      try share.say(.release, of: 0...0, token: String(repeating: "x", count: length))
    } catch { code = error.code }
    #expect(code == (isLegal ? nil : .invalidRequest))
    #expect(share.parkedCount == (isLegal ? 1 : 0))
  }
}
