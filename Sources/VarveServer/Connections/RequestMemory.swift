internal import Synchronization

/// The memory that large requests take, from their first bytes until they are done with, over all
/// connections of a server (`queued.max.request.bytes`).
///
/// A request gets room for all of it before it is taken in, so that what was begun can end; who
/// asks first gets it first. One that is larger than everything gets its room once nobody else has
/// any.
/// Requests of a few kilobytes are not counted: they are what other clients live by meanwhile.
package final class RequestMemory: Sendable {
  private let byteCountMax: Int
  private let state = Mutex(State())

  private struct State {
    var used = 0
    /// Those that wait, in turn: the first is at `next`.
    var waiting: [Waiter] = []
    var next = 0
  }

  private struct Waiter {
    let byteCount: Int
    let granted: @Sendable (Room) -> Void
  }

  /// Room for one request, until it is let go.
  package final class Room: Sendable {
    package let byteCount: Int
    private let memory: RequestMemory

    fileprivate init(_ byteCount: Int, of memory: RequestMemory) {
      self.byteCount = byteCount
      self.memory = memory
    }

    deinit { memory.free(byteCount) }
  }

  package init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

  /// What is taken now, in bytes.
  package var used: Int { state.withLock { $0.used } }

  /// Room for a request; nil where there is none, or others wait for it. Then `granted` is called
  /// with it once it is there, on the thread of who made way.
  package func room(
    for byteCount: Int, orLater granted: @escaping @Sendable (Room) -> Void
  ) -> Room? {
    let hasRoom = state.withLock { state in
      guard state.next == state.waiting.count, fits(byteCount, state) else {
        state.waiting.append(Waiter(byteCount: byteCount, granted: granted))
        return false
      }
      state.used += byteCount
      return true
    }
    return hasRoom ? Room(byteCount, of: self) : nil
  }

  private func fits(_ byteCount: Int, _ state: State) -> Bool {
    state.used == 0 || state.used + byteCount <= byteCountMax
  }

  private func free(_ byteCount: Int) {
    let granted = state.withLock { state in
      state.used -= byteCount
      return takeThoseThatFit(&state)
    }
    for waiter in granted { waiter.granted(Room(waiter.byteCount, of: self)) }
  }

  private func takeThoseThatFit(_ state: inout State) -> [Waiter] {
    let first = state.next
    while state.next < state.waiting.count, fits(state.waiting[state.next].byteCount, state) {
      state.used += state.waiting[state.next].byteCount
      state.next += 1
    }
    defer {
      if state.next * 2 >= state.waiting.count {
        state.waiting.removeFirst(state.next)
        state.next = 0
      }
    }
    return Array(state.waiting[first..<state.next])
  }
}
