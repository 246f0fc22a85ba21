internal import VarveBase

/// Makes inputs for decoders out of samples that decode: mostly sound bytes with a few damages
/// reach further into a decoder than random ones. What `swift test` runs where libFuzzer, which
/// also follows the coverage, takes too long.
package struct InputMutator {
  private let samples: [[UInt8]]
  private var generator: SeededGenerator

  /// Numbers on the edges of what fields hold.
  private static let edges: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, .max,
  ]

  package init(samples: [[UInt8]], seed: UInt64) {
    precondition(!samples.isEmpty)
    self.samples = samples
    generator = SeededGenerator(seed: seed)
  }

  /// The next input: a sample with one to four changes.
  package mutating func next() -> [UInt8] {
    var bytes = samples[below(samples.count)]
    for _ in 0...below(4) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = samples[below(samples.count)]
      return
    }
    let place = below(bytes.count)
    switch below(8) {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2: overwrite(&bytes, at: place)
    case 3: bytes.removeSubrange(place...)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(8)))
    case 5: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
    case 6: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 16)], at: place)
    default: splice(&bytes, at: place)
    }
  }

  /// Puts an edge over 1, 2, 4 or 8 bytes, big-endian.
  private mutating func overwrite(_ bytes: inout [UInt8], at place: Int) {
    let edge = Self.edges[below(Self.edges.count)]
    let count = min(1 << below(4), bytes.count - place)
    for index in 0..<count {
      bytes[place + index] = UInt8(truncatingIfNeeded: edge >> UInt64(8 * (count - 1 - index)))
    }
  }

  /// Lets another sample go on from the same place.
  private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
    let other = samples[below(samples.count)]
    bytes.replaceSubrange(place..., with: other.dropFirst(place))
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
}

/// Runs a fuzz target on many inputs made of samples. A finding traps; the same seed shows it
/// again.
package func fuzz(
  _ target: (RawSpan) -> Void, samples: [[UInt8]], inputCount: Int, seed: UInt64
) {
  var mutator = InputMutator(samples: samples, seed: seed)
  for _ in 0..<inputCount {
    let input = ByteSlice(mutator.next())
    target(input.bytes)
  }
}
