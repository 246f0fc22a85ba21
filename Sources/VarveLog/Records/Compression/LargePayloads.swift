internal import Synchronization

/// Bounds the memory that batches from outside are unpacked into: of all decompressors that share
/// this, one at a time has the records of a batch that take more than `ordinaryByteCountMax`.
///
/// Nobody waits in here. Who finds it taken is told so, and called once it is worth another try.
package final class LargePayloads: Sendable {
  /// What any number of batches may be unpacked to at a time.
  package static let ordinaryByteCountMax = 3 << 20

  private let state = Mutex(State())

  private struct State {
    var isTaken = false
    var waiting: [@Sendable () -> Void] = []
  }

  package init() {}

  /// The right to unpack a large batch, for as long as it lives.
  package struct Turn: ~Copyable, Sendable {
    private let payloads: LargePayloads

    fileprivate init(_ payloads: LargePayloads) { self.payloads = payloads }

    deinit { payloads.release() }
  }

  /// The turn; nil while another has it.
  package func take() -> Turn? {
    let isFree = state.withLock { state in
      defer { state.isTaken = true }
      return !state.isTaken
    }
    return isFree ? Turn(self) : nil
  }

  /// Calls `body` once nobody has the turn: on this stack, or on that of the one who had it. Others
  /// may be quicker to take it.
  package func whenFree(_ body: @escaping @Sendable () -> Void) {
    let isFree = state.withLock { state in
      if state.isTaken { state.waiting.append(body) }
      return !state.isTaken
    }
    if isFree { body() }
  }

  /// The turn, once it is this task's. Whoever has it unpacks one batch without a pause.
  package func turn() async -> Turn {
    while true {
      if let turn = take() { return turn }
      await withCheckedContinuation { continuation in whenFree { continuation.resume() } }
    }
  }

  /// All who wait are called: one who does not come for the turn any more holds nobody up.
  private func release() {
    let waiting = state.withLock { state in
      defer { state = State() }
      return state.waiting
    }
    for body in waiting { body() }
  }
}
