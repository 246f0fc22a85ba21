/// Reads lines of any length and any bytes. What ends a line is a newline alone, which is not part
/// of it; the last line may lack it.
struct LineReader {
  private static let chunk = 256 << 10

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Where the next line begins.
  private var start = 0
  /// Up to here there is no newline.
  private var searched = 0
  private var hasEnded = false
  /// The bytes taken from the input so far.
  private(set) var bytesRead = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next line; nil at the end.
  mutating func next() throws -> ArraySlice<UInt8>? {
    while true {
      if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { (start, searched) = (newline + 1, newline + 1) }
        return buffer[start..<newline]
      }
      searched = buffer.count
      if hasEnded { return last() }
      try refill()
    }
  }

  private mutating func last() -> ArraySlice<UInt8>? {
    guard start < buffer.count else { return nil }
    defer { start = buffer.count }
    return buffer[start...]
  }

  private mutating func refill() throws {
    buffer.removeFirst(start)
    searched -= start
    start = 0
    let count = try System.read(Self.chunk, from: descriptor, onto: &buffer)
    bytesRead += count
    hasEnded = count == 0
  }
}
