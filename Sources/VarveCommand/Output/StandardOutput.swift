/// The standard output, with a buffer: what is written is seen after `flush`, or when the buffer is
/// full.
final class StandardOutput {
  private static let capacity = 64 << 10
  private var buffer: [UInt8] = []

  init() { buffer.reserveCapacity(Self.capacity) }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: some Collection<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.capacity { try flush() }
  }

  /// Throws `OutputClosed` where nobody reads any more, `CommandError` where it can't be written.
  func flush() throws {
    defer { buffer.removeAll(keepingCapacity: true) }
    try System.writeAll(buffer, to: .output)
  }
}

/// The reader of the standard output has gone, as `head` does once it has its lines: a reason to
/// stop, not a failure.
struct OutputClosed: Error {}
