/// Something of a loop's thread, which others may hold and bring back, but not look into.
package struct LoopBound<Value>: @unchecked Sendable {
  // Safety: the value is reached on the loop's thread only, which is checked each time.
  package let loop: EventLoop
  private let held: Value

  /// On the loop's thread.
  package init(_ value: Value, of loop: EventLoop) {
    precondition(loop.isCurrent, "a value of an event loop is made on its thread")
    self.loop = loop
    held = value
  }

  /// Traps on another thread than the loop's.
  package var value: Value {
    precondition(loop.isCurrent, "a value of an event loop is used on another thread")
    return held
  }

  /// Calls `body` with the value, on the loop's thread. Any thread.
  package func execute(_ body: @escaping @Sendable (Value) -> Void) {
    loop.execute { body(value) }
  }
}
