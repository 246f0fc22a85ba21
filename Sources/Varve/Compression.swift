package import VarveLog

/// How a producer compresses its batches.
///
/// A batch is compressed as a whole, so it pays more the larger batches are: raise the producer's
/// `linger` for it. Readers need not know. lz4, snappy and zstd are package traits, on by default.
public struct Compression: Hashable, Sendable {
  package let codec: CompressionCodec
  /// Nil is the codec's own default.
  package let level: Int?

  package init(_ codec: CompressionCodec, level: Int? = nil) {
    self.codec = codec
    self.level = level
  }

  public static let none = Compression(.none)
  /// zlib: always there.
  public static let gzip = Compression(.gzip)
  /// Fast, and halves text.
  public static let lz4 = Compression(.lz4)
  public static let snappy = Compression(.snappy)
  /// The best ratio for its speed.
  public static let zstd = Compression(.zstd)

  /// 1 is fast, 9 is small.
  public static func gzip(level: Int) -> Compression { Compression(.gzip, level: level) }
  /// 1 is fast, 17 is small.
  public static func lz4(level: Int) -> Compression { Compression(.lz4, level: level) }
  /// -131072 is fast, 22 is small.
  public static func zstd(level: Int) -> Compression { Compression(.zstd, level: level) }

  /// The codec that Kafka names so: `none`, `gzip`, `snappy`, `lz4`, `zstd`; nil for other names.
  public init?(named name: String) {
    guard let codec = CompressionCodec(name: name) else { return nil }
    self.init(codec)
  }

  /// The name that Kafka has for the codec.
  public var name: String { codec.name }

  /// Throws `.unsupportedCompression` where this build or the codec can't do it.
  func check() throws(VarveError) {
    if let trait = codec.missingTrait {
      throw VarveError(
        .unsupportedCompression,
        "this build has no \(name): turn the package trait \(trait) on")
    }
    guard let level else { return }
    guard let levels = codec.levels, levels.contains(level) else {
      let legal = codec.levels.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "none"
      throw VarveError(
        .unsupportedCompression, "\(name) has no level \(level): there are \(legal)")
    }
  }
}
