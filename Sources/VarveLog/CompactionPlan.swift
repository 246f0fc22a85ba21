internal import VarveBase

/// What a compaction of a log would have to do, and whether it is due: Kafka's rules.
///
/// ```
///   log start     cleaned up to                              first that must stay
///       ├── clean ──────┼── dirty: keys to be looked at ──────────────┼── …  end
/// ```
///
/// The part that must stay begins with the segment in use, with the first segment that holds
/// undecided transactions, or with the first dirty one that has a record younger than
/// `min.compaction.lag.ms`.
struct CompactionPlan {
  /// The closed segments that may be rewritten, from the log's first one on.
  let segments: [Segment]
  let firstDirty: Offset
  /// Whether there is enough to gain, or a record has waited for `max.compaction.lag.ms`.
  let isDue: Bool

  init(
    _ all: [Segment], startOffset: Offset, stableEnd: Offset, cleanedUpTo: Offset,
    _ configuration: LogConfiguration, now: Timestamp
  ) throws(LogError) {
    // What says more than the log holds was written for a log that is gone.
    let isKnown = cleanedUpTo >= startOffset && cleanedUpTo <= all.last?.baseOffset ?? 0
    let firstDirty = isKnown ? cleanedUpTo : startOffset
    let lag = configuration.minCompactionLagMilliseconds
    var segments: [Segment] = []
    for segment in all.dropLast() {
      guard segment.nextOffset <= stableEnd else { break }
      if lag > 0, segment.nextOffset > firstDirty,
        try segment.newestTimestamp().rawValue > now.rawValue - lag
      {
        break
      }
      segments.append(segment)
    }
    self.segments = segments
    self.firstDirty = firstDirty
    isDue = try Self.isDue(segments, firstDirty, configuration, now: now)
  }

  private static func isDue(
    _ segments: [Segment], _ firstDirty: Offset, _ configuration: LogConfiguration, now: Timestamp
  ) throws(LogError) -> Bool {
    guard configuration.cleanupPolicy.contains(.compact) else { return false }
    let dirty = segments.filter { $0.nextOffset > firstDirty }
    let dirtyBytes = dirty.reduce(0) { $0 + $1.end }
    guard dirtyBytes > 0 else { return false }
    let cleanBytes = segments.reduce(0) { $0 + ($1.baseOffset < firstDirty ? $1.end : 0) }
    let ratio = Double(dirtyBytes) / Double(cleanBytes + dirtyBytes)
    if ratio > configuration.minCleanableDirtyRatio { return true }
    let lag = max(configuration.maxCompactionLagMilliseconds, 0)
    guard lag < Int64.max else { return false }
    for segment in dirty where segment.end > 0 {
      let first = try segment.header(in: segment.log(), at: 0, end: segment.end).maxTimestamp
      if first >= 0, now.rawValue - first.rawValue > lag { return true }
    }
    return false
  }
}
