import Testing
import VarveBase
import VarveProtocol
import VarveServer
import VarveTestKit

/// Goal: whatever pieces the network hands over, the same frames come out. Method: frames of random
/// sizes, cut at every byte or at random; the frames that went in are the oracle.
@Suite struct FrameDecoderTests {
  private static func stream(_ frames: [[UInt8]]) -> [UInt8] {
    frames.flatMap { frame in
      withUnsafeBytes(of: Int32(frame.count).bigEndian) { Array($0) } + frame
    }
  }

  private static func decode(_ pieces: [ArraySlice<UInt8>], max: Int = 1 << 20) throws -> [[UInt8]]
  {
    var decoder = FrameDecoder(frameBytesMax: max)
    var frames: [[UInt8]] = []
    for piece in pieces {
      decoder.feed(ByteSlice(piece))
      while let frame = try decoder.next() { frames.append(Array(frame)) }
      let isDrained = decoder.isDrained
      #expect(isDrained)
    }
    return frames
  }

  @Test func `frames cut in two at any byte come out whole`() throws {
    let frames: [[UInt8]] = [[1], [], [2, 3, 4], Array(repeating: 5, count: 300), [6]]
    let stream = Self.stream(frames)
    for cut in 0...stream.count {
      let decoded = try Self.decode([stream[..<cut], stream[cut...]])
      #expect(decoded == frames)
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `frames cut anywhere come out whole`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let frames = (0..<50).map { _ in
      let count = [0, 3, 100, 5_000, 70_000].randomElement(using: &generator) ?? 0
      return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    let stream = Self.stream(frames)
    var pieces: [ArraySlice<UInt8>] = []
    var position = 0
    while position < stream.count {
      let count = [1, 2, 3, 900, 65_536].randomElement(using: &generator) ?? 1
      pieces.append(stream[position..<min(position + count, stream.count)])
      position += count
    }
    let decoded = try Self.decode(pieces)
    let isSame = decoded == frames
    #expect(isSame)
  }

  @Test(arguments: [-1, Int32.min, 1_001, Int32.max])
  func `G27: a length that no frame may have is refused, whole or in pieces`(length: Int32) {
    let bytes = withUnsafeBytes(of: length.bigEndian) { Array($0) }
    for cut in 0...4 {
      #expect(throws: FrameLengthError.self) {
        _ = try Self.decode([bytes[..<cut], bytes[cut...]], max: 1_000)
      }
    }
  }

  @Test func `what waits can be kept while its source is used again`() throws {
    var decoder = FrameDecoder(frameBytesMax: 100)
    decoder.feed(ByteSlice(Self.stream([[1, 2], [3, 4]])))
    let first = try decoder.next().map { Array($0) }
    decoder.settle()
    let second = try decoder.next().map { Array($0) }
    #expect(first == [1, 2])
    #expect(second == [3, 4])
  }
}
