import Synchronization
import Testing
import VarveServer

/// Goal: large requests take no more memory than they may, and each gets its turn. Method: rooms
/// are taken and let go in every order that matters.
@Suite struct RequestMemoryTests {
  /// Rooms that were granted later.
  private final class Granted: Sendable {
    private let rooms = Mutex<[RequestMemory.Room]>([])

    func add(_ room: RequestMemory.Room) { rooms.withLock { $0.append(room) } }
    var sizes: [Int] { rooms.withLock { $0.map(\.byteCount) } }
    func removeFirst() { _ = rooms.withLock { $0.removeFirst() } }
  }

  @Test("G27: who asks first for room gets it first")
  func inTurn() {
    let memory = RequestMemory(byteCountMax: 100)
    let granted = Granted()
    var first = memory.room(for: 80) { granted.add($0) }
    #expect(first != nil)
    #expect(memory.room(for: 50) { granted.add($0) } == nil)
    // There would be room, but another one waits.
    #expect(memory.room(for: 10) { granted.add($0) } == nil)
    #expect(granted.sizes == [])
    #expect(memory.used == 80)
    first = nil
    #expect(granted.sizes == [50, 10])
    #expect(memory.used == 60)
    granted.removeFirst()
    #expect(memory.used == 10)
  }

  @Test("G27: a request that is larger than all memory gets its room once nobody has any")
  func tooLarge() {
    let memory = RequestMemory(byteCountMax: 100)
    let granted = Granted()
    var first = memory.room(for: 1) { granted.add($0) }
    #expect(memory.room(for: 1_000) { granted.add($0) } == nil)
    #expect(memory.room(for: 1) { granted.add($0) } == nil)
    withExtendedLifetime(first) {}
    first = nil
    #expect(granted.sizes == [1_000])
    granted.removeFirst()
    #expect(granted.sizes == [1])
  }

  @Test("G27: room that nobody takes is given on")
  func abandoned() {
    let memory = RequestMemory(byteCountMax: 10)
    let granted = Granted()
    var first = memory.room(for: 10) { granted.add($0) }
    _ = memory.room(for: 10) { _ in }
    _ = memory.room(for: 7) { granted.add($0) }
    withExtendedLifetime(first) {}
    first = nil
    #expect(granted.sizes == [7])
    #expect(memory.used == 7)
  }
}
