/// Compresses the records of batches with one codec, keeping the codec's memory between them.
struct PayloadEncoder: ~Copyable, Sendable {
  // Not private: where gzip is the only codec, optimised code of other modules names it.
  enum Form: ~Copyable {
    case gzip(GzipEncoder)
    #if LZ4
      case lz4(LZ4Encoder)
    #endif
    #if Snappy
      case snappy
    #endif
    #if Zstd
      case zstd(ZstdEncoder)
    #endif
  }

  private let form: Form

  /// Throws `.codecUnavailable` where this build lacks the codec. `codec` is not `.none`.
  init(codec: CompressionCodec, level: Int?) throws(RecordBatchError) {
    switch codec {
    case .gzip: form = .gzip(try GzipEncoder(level: level))
    #if LZ4
      case .lz4: form = .lz4(LZ4Encoder(level: level))
    #endif
    #if Snappy
      case .snappy: form = .snappy
    #endif
    #if Zstd
      case .zstd: form = .zstd(try ZstdEncoder(level: level))
    #endif
    default: throw .unavailable(codec)
    }
  }

  /// Appends the compressed input.
  func encode(_ input: RawSpan, into output: inout GrowingBytes) throws(RecordBatchError) {
    switch form {
    case .gzip(let encoder): try encoder.encode(input, into: &output)
    #if LZ4
      case .lz4(let encoder): try encoder.encode(input, into: &output)
    #endif
    #if Snappy
      case .snappy: try Snappy.encode(input, into: &output)
    #endif
    #if Zstd
      case .zstd(let encoder): try encoder.encode(input, into: &output)
    #endif
    }
  }
}
