#if Snappy
  internal import CSnappy
  internal import VarveBase

  /// Snappy as Kafka's clients write it: either one raw block, or the frame of the Java clients:
  ///
  /// ```
  /// ┌──────────────────────────┬───────────┬──────────────────┬────────────────────────────────┐
  /// │ 0x82 'S' 'N' 'A' 'P' 'P' │ version 1 │ readable since 1 │ length, raw block │ … │ … │ …   │
  /// │ 'Y' 0                    │ 4         │ 4                │ 4                              │
  /// └──────────────────────────┴───────────┴──────────────────┴────────────────────────────────┘
  /// ```
  enum Snappy {
    /// The first eight bytes of the frame, as a big-endian number.
    private static let magic: UInt64 = 0x8253_4E41_5050_5900
    private static let frameHeaderByteCount = 16
    /// The uncompressed bytes of a block, as the Java clients have it.
    private static let blockByteCount = 32 * 1024

    /// Appends what the input stands for, within the limit of the output in all.
    static func decode(
      _ input: RawSpan, into output: inout GrowingBytes, limit: inout DecodingLimit
    ) throws(RecordBatchError) {
      guard isFrame(input, at: 0) else {
        return try decodeBlock(input, into: &output, limit: &limit)
      }
      var position = frameHeaderByteCount
      while position < input.byteCount {
        // A frame may follow another: its header stands where a block's length would.
        if isFrame(input, at: position) {
          position += frameHeaderByteCount
          continue
        }
        guard input.byteCount - position >= 4 else { throw truncated }
        let count = Int(input.bigEndian(at: position, as: Int32.self))
        position += 4
        guard count >= 0, count <= input.byteCount - position else { throw truncated }
        let block = input.extracting(position..<position + count)
        try decodeBlock(block, into: &output, limit: &limit)
        position += count
      }
    }

    /// Appends the compressed input in the Java clients' frame.
    static func encode(
      _ input: RawSpan, into output: inout GrowingBytes
    ) throws(RecordBatchError) {
      output.reserve(frameHeaderByteCount)
      output.putBigEndian(magic)
      output.putBigEndian(1 as Int32)
      output.putBigEndian(1 as Int32)
      var position = 0
      while position < input.byteCount {
        let count = min(blockByteCount, input.byteCount - position)
        try encodeBlock(input.extracting(position..<position + count), into: &output)
        position += count
      }
    }

    private static func isFrame(_ input: RawSpan, at position: Int) -> Bool {
      input.byteCount - position >= frameHeaderByteCount
        && input.bigEndian(at: position, as: UInt64.self) == magic
    }

    private static func decodeBlock(
      _ block: RawSpan, into output: inout GrowingBytes, limit: inout DecodingLimit
    ) throws(RecordBatchError) {
      try unsafe block.withUnsafeBytes { (source) throws(RecordBatchError) in
        let start = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
        var count = 0
        guard unsafe snappy_uncompressed_length(start, source.count, &count) == SNAPPY_OK else {
          throw damaged
        }
        try limit.admit(output.count + count)
        output.reserve(count)
        let target = unsafe output.end.assumingMemoryBound(to: CChar.self)
        guard unsafe snappy_uncompress(start, source.count, target, &count) == SNAPPY_OK else {
          throw damaged
        }
        output.advance(by: count)
      }
    }

    private static func encodeBlock(
      _ block: RawSpan, into output: inout GrowingBytes
    ) throws(RecordBatchError) {
      var count = snappy_max_compressed_length(block.byteCount)
      output.reserve(4 + count)
      let lengthPosition = output.count
      output.putBigEndian(0 as Int32)
      let status = unsafe block.withUnsafeBytes { source in
        unsafe snappy_compress(
          source.baseAddress?.assumingMemoryBound(to: CChar.self), source.count,
          output.end.assumingMemoryBound(to: CChar.self), &count)
      }
      guard status == SNAPPY_OK else {
        throw RecordBatchError(.tooLarge, "snappy could not compress: \(status.rawValue)")
      }
      output.storeBigEndian(Int32(count), at: lengthPosition)
      output.advance(by: count)
    }

    private static var truncated: RecordBatchError {
      RecordBatchError(.decompression, "snappy: it is cut short")
    }

    private static var damaged: RecordBatchError {
      RecordBatchError(.decompression, "snappy: it is damaged")
    }
  }
#endif
