import Varve

/// Reads where to begin or end: a name, an offset, or `@` and a time. Throws `UsageError`.
func position(
  _ text: String, option: String, names: [String] = ["earliest", "latest"]
) throws(UsageError) -> StartPosition {
  switch text {
  case "earliest" where names.contains(text): return .earliest
  case "latest" where names.contains(text): return .latest
  default: break
  }
  if text.hasPrefix("@"), let time = Timestamp(text: text.dropFirst()) { return .timestamp(time) }
  if let offset = Int64(text), offset >= 0 { return .offset(Offset(offset)) }
  throw UsageError(
    "--\(option) takes \(names.joined(separator: ", ")), an OFFSET, or @TIMESTAMP in milliseconds "
      + "since 1970 or in ISO 8601, not '\(text)'")
}

extension Varve {
  /// The offset that a position stands for, as it is now: that of the first record stamped so or
  /// later, the end where there is none.
  func offset(
    of position: StartPosition, in partition: TopicPartition,
    isolation: Isolation = .readUncommitted
  ) async throws(VarveError) -> Offset {
    let (topic, index) = (partition.topic.description, partition.partition)
    switch position {
    case .earliest: return try await earliestOffset(of: topic, partition: index)
    case .latest: return try await latestOffset(of: topic, partition: index, isolation: isolation)
    case .offset(let offset): return offset
    case .timestamp(let time):
      if let offset = try await offset(of: topic, partition: index, at: time) { return offset }
      return try await latestOffset(of: topic, partition: index, isolation: isolation)
    }
  }
}
