internal import VarveBase
internal import VarveProtocol

/// Puts together the frames that arrive in pieces: first the length, then memory for just that.
@safe
struct FrameAssembly {
  /// The largest frame, in bytes, that memory is taken for.
  let max: Int
  private var target = ByteStorage(count: FrameLength.byteCount)
  private var isLength = true
  private var filled = 0

  init(max: Int) { self.max = max }

  /// Reads what has arrived, up to the end of a frame, which is returned without its length. Nil
  /// where that is still to come.
  mutating func next(from socket: borrowing ClientChannel) throws(ClientError) -> ByteSlice? {
    while true {
      let count = unsafe try socket.receive(
        into: target.base + filled, count: target.count - filled)
      if count == 0 { return nil }
      filled += count
      guard filled == target.count else { continue }
      let whole = unsafe ByteSlice(
        unsafeBase: UnsafeRawPointer(target.base), count: filled, owner: target)
      if isLength {
        expect(try length(in: whole, from: socket.address), isLength: false)
      } else {
        expect(FrameLength.byteCount, isLength: true)
        return whole
      }
    }
  }

  private mutating func expect(_ count: Int, isLength: Bool) {
    target = ByteStorage(count: count)
    self.isLength = isLength
    filled = 0
  }

  private func length(
    in bytes: ByteSlice, from address: BrokerAddress
  ) throws(ClientError) -> Int {
    let length: Int32 = bytes.bytes.bigEndian(at: 0)
    // A response has a correlation id at least.
    guard length >= MemoryLayout<Int32>.size else {
      throw ClientError(
        .badAnswer,
        "\(address) does not speak Kafka's protocol: its answer claims to have \(length) bytes")
    }
    guard Int(length) <= max else {
      throw ClientError(
        .badAnswer,
        "\(address) answered with \(length) bytes, more than the \(max) that a response may have")
    }
    return Int(length)
  }
}
