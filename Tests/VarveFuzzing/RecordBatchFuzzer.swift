import VarveTestKit

/// libFuzzer's entry for record batches and what their codecs have written.
/// `.ci/libfuzzer` builds and runs it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecordBatch(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count).bytes
  fuzzBatch(bytes)
  fuzzCodec(bytes)
  return 0
}
