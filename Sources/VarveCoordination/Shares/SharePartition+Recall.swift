internal import VarveBase

extension SharePartition {
  /// What has to be looked at for message ids before anything is delivered; nil where it was, or is
  /// not asked for.
  var neededRecall: Acquisition? {
    guard !isRecalled, scanEnd == startOffset, let window = settings.queue?.deduplicationWindow,
      window > 0
    else { return nil }
    // Twice the window, since times come in no strict order.
    let (reach, overflows) = window.multipliedReportingOverflow(by: 2)
    return .recall(before: startOffset, milliseconds: overflows ? .max : reach)
  }

  /// Has the log looked at from an offset before the start, for message ids alone.
  mutating func recall(from offset: Int64) {
    guard !isRecalled, scanEnd == startOffset else { return }
    isRecalled = true
    scanEnd = min(scanEnd, offset)
  }
}
