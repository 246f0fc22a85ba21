/// How fast records come into a partition of a share group and are done with, over the last minute.
///
/// It is told the two running totals now and then, and by the time of whoever tells them: it has no
/// clock. What happens to a record costs nothing.
package struct FlowMeter: Sendable {
  /// Over how many milliseconds a rate is smoothed, once so long is known.
  package static let window: Int64 = 60_000
  /// The least between two looks that are kept, in milliseconds, and that a rate is made of.
  package static let spacing: Int64 = 1_000

  private struct Look: Sendable {
    let uptime: Int64
    let totals: FlowTotals
  }

  /// The oldest first: the last one that is a window old, and those after it.
  private var looks: [Look] = []

  package init() {}

  /// Takes a look at the totals at a time, in milliseconds of uptime. Returns the rates since the
  /// last look that is a window old, or the first one; nil where that is less than `spacing` ago.
  /// It begins anew where an administrator has set where the group starts.
  package mutating func look(_ totals: FlowTotals, at uptime: Int64) -> ShareFlow? {
    if let last = looks.last, totals.epoch != last.totals.epoch { looks = [] }
    let outdated = looks.dropFirst().prefix { $0.uptime <= uptime - Self.window }.count
    looks.removeFirst(outdated)
    defer {
      if uptime - (looks.last?.uptime ?? .min / 2) >= Self.spacing {
        looks.append(Look(uptime: uptime, totals: totals))
      }
    }
    guard let first = looks.first, uptime - first.uptime >= Self.spacing else { return nil }
    let seconds = Double(uptime - first.uptime) / 1_000
    // Two that look at once may tell of it in the wrong order.
    return ShareFlow(
      in: Double(max(totals.come - first.totals.come, 0)) / seconds,
      out: Double(max(totals.left - first.totals.left, 0)) / seconds)
  }
}

/// How many records ever came into a partition, and how many a group is done with, both counted
/// from offset 0 on.
package struct FlowTotals: Equatable, Sendable {
  /// The end of the log.
  package var come: Int64
  package var left: Int64
  /// Goes up when an administrator sets where the group starts.
  package var epoch: Int32

  package init(come: Int64, left: Int64, epoch: Int32 = 0) {
    self.come = come
    self.left = left
    self.epoch = epoch
  }
}

/// Records a second that come, and that a group is done with.
package struct ShareFlow: Equatable, Sendable {
  package var `in`: Double
  package var out: Double

  package init(in: Double = 0, out: Double = 0) {
    self.in = `in`
    self.out = out
  }

  package static func + (left: Self, right: Self) -> Self {
    ShareFlow(in: left.in + right.in, out: left.out + right.out)
  }

  /// In how many seconds so many records are done with if it goes on like this: 0 where there are
  /// none, infinity where they do not get fewer.
  package func secondsToDrain(_ remaining: Int64) -> Double {
    guard remaining > 0 else { return 0 }
    let net = out - `in`
    // What is less is the rounding of sums.
    return net > 1e-6 ? Double(remaining) / net : .infinity
  }
}
