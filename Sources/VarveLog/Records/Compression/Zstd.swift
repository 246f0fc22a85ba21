#if Zstd
  internal import CZstd

  /// Reads Zstandard frames (RFC 8878), several one after the other too. Keeps the library's
  /// memory.
  @safe
  struct ZstdDecoder: ~Copyable, @unchecked Sendable {
    // Safety: the context is this value's alone, and the value cannot be copied.
    private let context: OpaquePointer

    init() throws(RecordBatchError) {
      guard let context = unsafe ZSTD_createDCtx() else {
        throw RecordBatchError(.decompression, "zstd could not start")
      }
      unsafe self.context = context
    }

    deinit { unsafe _ = ZSTD_freeDCtx(context) }

    /// Appends what the input stands for, within the limit of the output in all.
    func decode(
      _ input: RawSpan, into output: inout GrowingBytes, limit: inout DecodingLimit
    ) throws(RecordBatchError) {
      unsafe _ = ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
      try unsafe input.withUnsafeBytes { (source) throws(RecordBatchError) in
        var read = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        while true {
          let room = try output.roomToDecode(limit: &limit)
          var written = unsafe ZSTD_outBuffer(dst: output.end, size: room, pos: 0)
          let status = unsafe ZSTD_decompressStream(context, &written, &read)
          guard ZSTD_isError(status) == 0 else {
            throw RecordBatchError(.decompression, "zstd: \(zstdWords(status))")
          }
          unsafe output.advance(by: written.pos)
          if unsafe read.pos < read.size { continue }
          if status == 0 { return }
          // All is read; more comes out only while the output was too small for it.
          guard unsafe written.pos == room else {
            throw RecordBatchError(.decompression, "zstd: it is cut short")
          }
        }
      }
    }
  }

  /// Writes Zstandard frames. Keeps the library's memory.
  @safe
  struct ZstdEncoder: ~Copyable, @unchecked Sendable {
    // Safety: as for `ZstdDecoder`.
    private let context: OpaquePointer

    /// - Parameter level: -131,072 to 22, nil for the library's default.
    init(level: Int?) throws(RecordBatchError) {
      guard let context = unsafe ZSTD_createCCtx() else {
        throw RecordBatchError(.tooLarge, "zstd could not start")
      }
      unsafe self.context = context
      if let level {
        unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
      }
    }

    deinit { unsafe _ = ZSTD_freeCCtx(context) }

    /// Appends the compressed input.
    func encode(
      _ input: RawSpan, into output: inout GrowingBytes
    ) throws(RecordBatchError) {
      let bound = ZSTD_compressBound(input.byteCount)
      output.reserve(bound)
      let written = unsafe input.withUnsafeBytes { source in
        unsafe ZSTD_compress2(context, output.end, bound, source.baseAddress, source.count)
      }
      guard ZSTD_isError(written) == 0 else {
        throw RecordBatchError(.tooLarge, "zstd: \(zstdWords(written))")
      }
      output.advance(by: written)
    }
  }

  private func zstdWords(_ status: Int) -> String {
    unsafe String(cString: ZSTD_getErrorName(status))
  }
#endif
