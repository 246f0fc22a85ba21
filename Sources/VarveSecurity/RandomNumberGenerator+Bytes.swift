extension RandomNumberGenerator {
  /// Bytes that nobody can guess, if the generator is such.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }
}
