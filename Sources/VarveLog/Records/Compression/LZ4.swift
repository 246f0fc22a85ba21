#if LZ4
  internal import CLZ4

  /// Reads an LZ4 frame: linked and independent blocks, with checksums where it has them.
  @safe
  struct LZ4Decoder: ~Copyable, @unchecked Sendable {
    // Safety: the context is this value's alone, and the value cannot be copied.
    private let context: OpaquePointer

    init() throws(RecordBatchError) {
      var created: OpaquePointer?
      let status = unsafe LZ4F_createDecompressionContext(&created, UInt32(LZ4F_VERSION))
      guard LZ4F_isError(status) == 0, let context = unsafe created else {
        throw RecordBatchError(.decompression, "lz4 could not start: \(lz4Words(status))")
      }
      unsafe self.context = context
    }

    deinit { unsafe _ = LZ4F_freeDecompressionContext(context) }

    /// Appends what the input stands for, within the limit of the output in all.
    func decode(
      _ input: RawSpan, into output: inout GrowingBytes, limit: inout DecodingLimit
    ) throws(RecordBatchError) {
      unsafe LZ4F_resetDecompressionContext(context)
      let used = try unsafe input.withUnsafeBytes { (source) throws(RecordBatchError) in
        try unsafe decodeFrame(source, into: &output, limit: &limit)
      }
      guard used == input.byteCount else {
        throw RecordBatchError(
          .decompression, "lz4: \(input.byteCount - used) bytes after the end of the frame")
      }
    }

    /// Returns the bytes of the frame.
    private func decodeFrame(
      _ source: UnsafeRawBufferPointer, into output: inout GrowingBytes, limit: inout DecodingLimit
    ) throws(RecordBatchError) -> Int {
      var position = 0
      while true {
        var written = try output.roomToDecode(limit: &limit)
        var read = source.count - position
        let start = unsafe source.baseAddress.map { unsafe $0 + position }
        let status = unsafe LZ4F_decompress(context, output.end, &written, start, &read, nil)
        guard LZ4F_isError(status) == 0 else {
          throw RecordBatchError(.decompression, "lz4: \(lz4Words(status))")
        }
        output.advance(by: written)
        position += read
        if status == 0 { return position }
        guard read > 0 || written > 0 else {
          throw RecordBatchError(.decompression, "lz4: it is cut short")
        }
      }
    }
  }

  /// Writes LZ4 frames as Kafka's clients do: independent blocks of 64 KiB, which is all that
  /// Kafka's own reader takes.
  struct LZ4Encoder {
    /// 1 to 17, nil for the default. Kafka's default is called 9 and means the fast compressor;
    /// every other number means the compressor for high ratios (KIP-390).
    let level: Int?

    /// Appends the compressed input.
    func encode(_ input: RawSpan, into output: inout GrowingBytes) throws(RecordBatchError) {
      var preferences = LZ4F_preferences_t()
      preferences.frameInfo.blockMode = LZ4F_blockIndependent
      preferences.frameInfo.blockSizeID = LZ4F_max64KB
      if let level, level != 9 { preferences.compressionLevel = max(3, Int32(level)) }
      let bound = unsafe LZ4F_compressFrameBound(input.byteCount, &preferences)
      output.reserve(bound)
      let written = unsafe input.withUnsafeBytes { source in
        unsafe LZ4F_compressFrame(
          output.end, bound, source.baseAddress, source.count, &preferences)
      }
      guard LZ4F_isError(written) == 0 else {
        throw RecordBatchError(.tooLarge, "lz4: \(lz4Words(written))")
      }
      output.advance(by: written)
    }
  }

  private func lz4Words(_ status: Int) -> String {
    unsafe String(cString: LZ4F_getErrorName(status))
  }
#endif
