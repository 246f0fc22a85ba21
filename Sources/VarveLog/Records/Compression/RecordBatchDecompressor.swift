package import VarveBase

/// Decompresses the records of batches, one batch after the other, keeping its memory and the
/// codecs' between them.
///
/// Never writes more than it was allowed: a few bytes that stand for gigabytes are `.tooLarge`
/// once they pass the limit. Those that share `LargePayloads` have the records of one large batch
/// in memory, all together.
package struct RecordBatchDecompressor: ~Copyable, Sendable {
  /// What is kept of the memory after an unusually large batch.
  private static let keptByteCountMax = 4 << 20

  private var output = GrowingBytes(capacity: 64)
  private var gzip: GzipDecoder?
  #if LZ4
    private var lz4: LZ4Decoder?
  #endif
  #if Zstd
    private var zstd: ZstdDecoder?
  #endif
  private let payloads: LargePayloads?
  /// For the next compressed batch, however large it is.
  private var turn: LargePayloads.Turn?

  /// The memory that it has for records.
  var capacity: Int { output.capacity }

  package init() {
    payloads = nil
    turn = nil
  }

  /// For batches from outside. With a turn the first of them can't be `.busy`.
  package init(sharing payloads: LargePayloads, _ turn: consuming LargePayloads.Turn? = nil) {
    self.payloads = payloads
    self.turn = turn
  }

  /// The records of a batch, as a copy of their own. The header is that of the batch, from
  /// `RecordBatch.checkedHeader`; the records may take `limit` bytes at most, which are 2 GiB at
  /// most.
  package mutating func payload(
    of batch: RawSpan, header: RecordBatchHeader, limit: Int
  ) throws(RecordBatchError) -> ByteSlice {
    try withPayload(of: batch, header: header, limit: limit) { ByteSlice($0) }
  }

  /// The records of a batch: a part of it where it is not compressed, else a copy of their own.
  package mutating func payload(
    of batch: ByteSlice, header: RecordBatchHeader, limit: Int
  ) throws(RecordBatchError) -> ByteSlice {
    guard header.attributes.codec == CompressionCodec.none else {
      return try payload(of: batch.bytes, header: header, limit: limit)
    }
    return batch.slice(RecordBatchHeader.byteCount..<header.sizeInBytes)
  }

  /// Calls `body` with the records of a batch: where they lie, or in this value's memory. Throws
  /// `.busy` where they take much of it while another does: `body` has not been called then.
  package mutating func withPayload<Result>(
    of batch: RawSpan, header: RecordBatchHeader, limit: Int,
    _ body: (RawSpan) throws(RecordBatchError) -> Result
  ) throws(RecordBatchError) -> Result {
    let stored = batch.extracting(RecordBatchHeader.byteCount..<header.sizeInBytes)
    guard let codec = header.attributes.codec else {
      throw RecordBatchError(
        .unknownCodec, "codec \(header.attributes.rawValue & 7) is none of Kafka's")
    }
    // A batch whose records compaction removed has nothing to decompress.
    if codec == .none || (header.recordCount == 0 && stored.isEmpty) { return try body(stored) }
    if output.capacity > Self.keptByteCountMax { output = GrowingBytes(capacity: 64) }
    output.setCount(0)
    var limit = DecodingLimit(limit, sharing: payloads, turn.take())
    defer {
      // Its memory is given back before the next one begins.
      if limit.isLarge { output = GrowingBytes(capacity: 64) }
      limit.end()
    }
    output.reserve(min(stored.byteCount, limit.byteCountMax))
    try decode(stored, codec: codec, limit: &limit)
    try limit.admit(output.count)
    return try body(output.bytes)
  }

  /// What was compressed by itself, not as the records of a batch. It may take `limit` bytes at
  /// most.
  package mutating func bytes(
    of input: ByteSlice, codec: CompressionCodec, limit: Int
  ) throws(RecordBatchError) -> ByteSlice {
    var limit = DecodingLimit(limit)
    guard codec != .none else {
      try limit.admit(input.count)
      return input
    }
    output.setCount(0)
    output.reserve(min(input.count, limit.byteCountMax))
    try decode(input.bytes, codec: codec, limit: &limit)
    try limit.admit(output.count)
    return ByteSlice(output.bytes)
  }

  private mutating func decode(
    _ input: RawSpan, codec: CompressionCodec, limit: inout DecodingLimit
  ) throws(RecordBatchError) {
    switch codec {
    case .gzip:
      let decoder = if let kept = gzip.take() { kept } else { try GzipDecoder() }
      try decoder.decode(input, into: &output, limit: &limit)
      gzip = consume decoder
    #if LZ4
      case .lz4:
        let decoder = if let kept = lz4.take() { kept } else { try LZ4Decoder() }
        try decoder.decode(input, into: &output, limit: &limit)
        lz4 = consume decoder
    #endif
    #if Snappy
      case .snappy: try Snappy.decode(input, into: &output, limit: &limit)
    #endif
    #if Zstd
      case .zstd:
        let decoder = if let kept = zstd.take() { kept } else { try ZstdDecoder() }
        try decoder.decode(input, into: &output, limit: &limit)
        zstd = consume decoder
    #endif
    default: throw .unavailable(codec)
    }
  }
}

extension RecordBatchError {
  /// The codec is a package trait that is off.
  static func unavailable(_ codec: CompressionCodec) -> RecordBatchError {
    RecordBatchError(
      .codecUnavailable,
      "this build cannot read or write \(codec.name): build it with the package trait "
        + "\(codec.missingTrait ?? codec.name)")
  }

  /// The records take more bytes than they may.
  static func pastLimit(_ limit: Int) -> RecordBatchError {
    RecordBatchError(.tooLarge, "the records take more than the \(limit) bytes allowed")
  }
}
