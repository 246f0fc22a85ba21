internal import CZlib

/// Reads gzip (RFC 1952), several members one after the other too. Keeps zlib's memory.
@safe
struct GzipDecoder: ~Copyable, @unchecked Sendable {
  // Safety: the stream is this value's alone, and the value cannot be copied.
  // It is on the heap because zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>

  init() throws(RecordBatchError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe inflateInit2_(
      stream, gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      unsafe stream.deallocate()
      throw RecordBatchError(.decompression, "zlib could not start: \(status)")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Appends what the input stands for, within the limit of the output in all.
  func decode(
    _ input: RawSpan, into output: inout GrowingBytes, limit: inout DecodingLimit
  ) throws(RecordBatchError) {
    unsafe inflateReset(stream)
    try unsafe input.withUnsafeBytes { (source) throws(RecordBatchError) in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress?.assumingMemoryBound(to: Bytef.self))
      unsafe stream.pointee.avail_in = UInt32(source.count)
      repeat {
        try decodeMember(into: &output, limit: &limit)
      } while unsafe stream.pointee.avail_in > 0
    }
  }

  private func decodeMember(
    into output: inout GrowingBytes, limit: inout DecodingLimit
  ) throws(RecordBatchError) {
    while true {
      let room = try output.roomToDecode(limit: &limit)
      unsafe stream.pointee.next_out = output.end.assumingMemoryBound(to: Bytef.self)
      unsafe stream.pointee.avail_out = UInt32(room)
      let status = unsafe inflate(stream, Z_NO_FLUSH)
      let written = unsafe room - Int(stream.pointee.avail_out)
      output.advance(by: written)
      switch status {
      case Z_STREAM_END:
        unsafe inflateReset(stream)
        return
      case Z_OK where written == room: continue
      case Z_OK where unsafe stream.pointee.avail_in > 0: continue
      case Z_OK, Z_BUF_ERROR: throw RecordBatchError(.decompression, "gzip: it is cut short")
      default:
        let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
        throw RecordBatchError(.decompression, "gzip: \(words ?? "it is damaged")")
      }
    }
  }
}

/// Writes gzip. Keeps zlib's memory.
@safe
struct GzipEncoder: ~Copyable, @unchecked Sendable {
  // Safety: as for `GzipDecoder`.
  private let stream: UnsafeMutablePointer<z_stream>

  /// - Parameter level: 1 (fast) to 9 (small), nil for zlib's default.
  init(level: Int?) throws(RecordBatchError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let status = unsafe deflateInit2_(
      stream, level.map(Int32.init) ?? Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzipWindowBits, 8,
      Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      unsafe stream.deallocate()
      throw RecordBatchError(.tooLarge, "zlib could not start: \(status)")
    }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Appends the compressed input, which is smaller than 2 GiB.
  func encode(
    _ input: RawSpan, into output: inout GrowingBytes
  ) throws(RecordBatchError) {
    unsafe deflateReset(stream)
    let bound = unsafe Int(deflateBound(stream, UInt(input.byteCount)))
    output.reserve(bound)
    let status = unsafe input.withUnsafeBytes { source in
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress?.assumingMemoryBound(to: Bytef.self))
      unsafe stream.pointee.avail_in = UInt32(source.count)
      unsafe stream.pointee.next_out = output.end.assumingMemoryBound(to: Bytef.self)
      unsafe stream.pointee.avail_out = UInt32(bound)
      return unsafe deflate(stream, Z_FINISH)
    }
    guard status == Z_STREAM_END else {
      throw RecordBatchError(.tooLarge, "gzip: zlib could not finish: \(status)")
    }
    unsafe output.advance(by: bound - Int(stream.pointee.avail_out))
  }
}

/// The largest window (32 KiB), and 16 for gzip's frame instead of zlib's.
private var gzipWindowBits: Int32 { 15 + 16 }
