package import VarveBase
package import VarveProtocol

/// Cuts the bytes of a connection into frames: a length of four bytes, then as many bytes.
///
/// ```
/// | length: Int32, big-endian | length bytes | length: Int32 | …
/// ```
///
/// A frame that lies within what was read at once is a part of that, without a copy. One that does
/// not, and is large, goes on once it was given room.
package struct FrameDecoder {
  /// The largest frame; of the one that comes next, if it is changed.
  package var frameBytesMax: Int
  private let uncountedBytesMax: Int
  /// What was read last, and how much of it has become frames.
  private var input = ByteSlice()
  private var position = 0
  private var partial: PartialFrame?
  /// Whether the input is in memory of its own, which nobody reads into.
  private var isSettled = true

  /// The length of a large frame that has begun and has no room yet.
  package private(set) var roomWanted: Int?

  package init(frameBytesMax: Int, uncountedBytesMax: Int = .max) {
    self.frameBytesMax = frameBytesMax
    self.uncountedBytesMax = uncountedBytesMax
  }

  /// Whether a frame has begun and has not come whole.
  package var isAmidFrame: Bool { partial != nil }

  /// Whether a large frame has room and has not come whole.
  package var isAmidLargeFrame: Bool { partial?.hasRoom ?? false }

  /// Gives a large frame that has begun the room it wants.
  package mutating func give(_ room: RequestMemory.Room) {
    roomWanted = nil
    partial?.take(room)
  }

  /// Whether all that was fed has become frames, or a part of one.
  package var isDrained: Bool { position == input.count }

  /// Gives it the bytes that came next. All before have to be drained.
  package mutating func feed(_ bytes: ByteSlice) {
    precondition(isDrained, "bytes are fed while earlier ones wait")
    input = bytes
    position = 0
    isSettled = false
  }

  /// The next whole frame, without its length; nil where more bytes have to come first. After an
  /// error nothing that comes can be understood.
  package mutating func next() throws(FrameLengthError) -> ByteSlice? {
    if partial != nil { return try completePartial() }
    guard let length = try length(of: input.slice(position..<input.count)) else {
      return try keepRest()
    }
    let start = position + FrameLength.byteCount
    guard length <= input.count - start else { return try keepRest() }
    position = start + length
    defer { letGo() }
    return input.slice(start..<start + length)
  }

  /// Keeps what waits in memory of its own, so that what was read into can be used again.
  package mutating func settle() {
    guard !isDrained else { return letGo() }
    // Many small requests that are answered in turn are not copied once for each of them.
    guard !isSettled else { return }
    isSettled = true
    input = ByteSlice(input.slice(position..<input.count).bytes)
    position = 0
  }

  private func length(of bytes: ByteSlice) throws(FrameLengthError) -> Int? {
    try FrameLength.decode(bytes.bytes, max: frameBytesMax)
  }

  private mutating func letGo() {
    guard isDrained else { return }
    input = ByteSlice()
    position = 0
  }

  /// Begins a partial frame with the bytes that are left, if any are.
  private mutating func keepRest() throws(FrameLengthError) -> ByteSlice? {
    guard !isDrained else { return nil }
    partial = PartialFrame()
    return try completePartial()
  }

  private mutating func completePartial() throws(FrameLengthError) -> ByteSlice? {
    guard var frame = partial.take() else { return nil }
    if frame.count < FrameLength.byteCount { move(FrameLength.byteCount, to: &frame) }
    if let length = try length(of: frame.bytes) {
      guard length <= uncountedBytesMax || frame.hasRoom else {
        roomWanted = length
        partial = frame
        return nil
      }
      let expected = FrameLength.byteCount + length
      move(expected, to: &frame)
      if frame.count == expected {
        letGo()
        return frame.finish()
      }
    }
    letGo()
    partial = frame
    return nil
  }

  /// Moves bytes of the input until the frame has `count` or there are no more.
  private mutating func move(_ count: Int, to frame: inout PartialFrame) {
    let taken = min(count - frame.count, input.count - position)
    frame.append(input.slice(position..<position + taken))
    position += taken
  }
}
