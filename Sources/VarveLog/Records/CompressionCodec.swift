/// How the records of a batch are compressed: bits 0 to 2 of its attributes.
package enum CompressionCodec: UInt8, CaseIterable, Sendable {
  case none, gzip, snappy, lz4, zstd

  /// As Kafka's configuration names it.
  package var name: String {
    switch self {
    case .none: "none"
    case .gzip: "gzip"
    case .snappy: "snappy"
    case .lz4: "lz4"
    case .zstd: "zstd"
    }
  }

  /// The codec that Kafka's configuration names so; `uncompressed` is Kafka's other word for none.
  package init?(name: String) {
    if name == "uncompressed" {
      self = .none
      return
    }
    guard let codec = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = codec
  }

  /// Whether this build can read and write it: lz4, snappy and zstd are package traits.
  package var isAvailable: Bool { missingTrait == nil }

  /// The package trait without which this build lacks the codec; nil where nothing is missing.
  package var missingTrait: String? {
    switch self {
    case .none, .gzip: return nil
    case .snappy:
      #if Snappy
        return nil
      #else
        return "Snappy"
      #endif
    case .lz4:
      #if LZ4
        return nil
      #else
        return "LZ4"
      #endif
    case .zstd:
      #if Zstd
        return nil
      #else
        return "Zstd"
      #endif
    }
  }

  /// The levels that may be chosen (KIP-390); nil where there is no choice.
  package var levels: ClosedRange<Int>? {
    switch self {
    case .none, .snappy: nil
    case .gzip: 1...9
    case .lz4: 1...17
    case .zstd: -131_072...22
    }
  }
}
