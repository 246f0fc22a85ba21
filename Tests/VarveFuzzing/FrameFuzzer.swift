import VarveTestKit

/// libFuzzer's entry for requests and responses: `.ci/libfuzzer` builds and runs it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzProtocolFrame(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  fuzzFrame(UnsafeRawBufferPointer(start: start, count: count).bytes)
  return 0
}
