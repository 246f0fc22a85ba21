import VarveTestKit

/// libFuzzer's entry for the logs that a broker keeps its own state in, and for the metadata's
/// snapshots: `.ci/libfuzzer` builds and runs it. The first byte says which decoder gets the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBrokerState(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard let kind = input.first else { return 0 }
  let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst()).bytes
  switch kind % 6 {
  case 0: fuzzMetadata(bytes)
  case 1: fuzzGroupLog(bytes)
  case 2: fuzzTransactionLog(bytes)
  case 3: fuzzShareLog(bytes)
  case 4: fuzzTraceLog(bytes)
  default: fuzzConsumerProtocol(bytes)
  }
  return 0
}
