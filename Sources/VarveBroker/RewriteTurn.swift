internal import VarveLog

/// What rewrites segments of a partition in the background. Each has its turn for one step, so that
/// neither a partition that always has something due nor one of the two kinds starves others.
package enum RewriteTurn: Sendable {
  case compaction(Partition)
  case coldCompression(Partition)

  var partition: Partition {
    switch self {
    case .compaction(let partition), .coldCompression(let partition): partition
    }
  }

  var step: UpkeepStep {
    switch self {
    case .compaction: .compaction
    case .coldCompression: .coldCompression
    }
  }

  /// Does the step. False where none is due.
  func take() throws(LogError) -> Bool {
    switch self {
    case .compaction(let partition): try partition.compactor.step()
    case .coldCompression(let partition): try partition.coldCompressor.step()
    }
  }
}
