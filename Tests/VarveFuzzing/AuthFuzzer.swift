import VarveTestKit

/// libFuzzer's entry for what clients say before they are known, for the keys and tokens
/// that say whom to believe, and for metrics that clients push: `.ci/libfuzzer` builds and runs it.
/// The first byte says which decoder gets the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAuthentication(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard let kind = input.first else { return 0 }
  let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst()).bytes
  switch kind % 8 {
  case 0: fuzzJSON(bytes)
  case 1: fuzzBase64(bytes)
  case 2: fuzzTokenKeys(bytes)
  case 3: fuzzOAuth(bytes)
  case 4: fuzzClaims(bytes)
  case 5: fuzzPlain(bytes)
  case 6: fuzzScram(bytes)
  default: fuzzPushedMetrics(bytes)
  }
  return 0
}
