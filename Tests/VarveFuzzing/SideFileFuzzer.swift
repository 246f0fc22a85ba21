import VarveTestKit

/// libFuzzer's entry for the files beside a log: `.ci/libfuzzer` builds and runs it. The first byte
/// says which decoder gets the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSideFile(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard let kind = input.first else { return 0 }
  let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst()).bytes
  switch kind % 7 {
  case 0: fuzzProducerSnapshot(bytes)
  case 1: fuzzSealedProducerSnapshot(bytes)
  case 2: fuzzTransactionIndex(bytes)
  case 3: fuzzTextFiles(bytes)
  case 4: fuzzOffsetIndex(bytes)
  case 5: fuzzTimeIndex(bytes)
  default: fuzzCommitJournal(bytes)
  }
  return 0
}
