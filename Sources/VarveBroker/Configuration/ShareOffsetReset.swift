/// Where a share group starts in a partition that is new to it: `share.auto.offset.reset`.
package enum ShareOffsetReset: Hashable, Sendable {
  case latest
  case earliest
  /// At the first record of the last so many milliseconds.
  case byDuration(Int64)

  /// Reads `latest`, `earliest` and `by_duration:PnDTnHnMn.nS`, in any case; nil for what is none
  /// of them, or a duration that is negative or longer than can be counted.
  package init?(_ text: String) {
    let text = text.lowercased()
    switch text {
    case "latest": self = .latest
    case "earliest": self = .earliest
    default:
      let prefix = "by_duration:"
      guard text.hasPrefix(prefix),
        let duration = Self.milliseconds(text.dropFirst(prefix.count))
      else { return nil }
      self = .byDuration(duration)
    }
  }

  /// A duration of ISO 8601, with days, hours, minutes and seconds, of which the seconds may have a
  /// fraction: milliseconds, rounded down.
  private static func milliseconds(_ text: Substring) -> Int64? {
    guard text.first == "p" else { return nil }
    let parts = text.dropFirst().split(separator: "t", omittingEmptySubsequences: false)
    guard parts.count <= 2, let days = sum(parts[0], [("d", 86_400_000)]) else { return nil }
    if parts.count == 1 { return parts[0].isEmpty ? nil : days }
    let units: [(Character, Int64)] = [("h", 3_600_000), ("m", 60_000), ("s", 1000)]
    guard !parts[1].isEmpty, let time = sum(parts[1], units) else { return nil }
    let (total, overflows) = days.addingReportingOverflow(time)
    return overflows ? nil : total
  }

  /// The sum of numbers that have units behind them, in the order of the units, each once at most.
  private static func sum(_ text: Substring, _ units: [(name: Character, size: Int64)]) -> Int64? {
    var rest = text
    var sum: Int64 = 0
    for unit in units {
      guard let end = rest.firstIndex(of: unit.name) else { continue }
      guard let amount = amount(rest[..<end], of: unit.size, fraction: unit.name == "s")
      else { return nil }
      let (total, overflows) = sum.addingReportingOverflow(amount)
      if overflows { return nil }
      sum = total
      rest = rest[rest.index(after: end)...]
    }
    return rest.isEmpty ? sum : nil
  }

  private static func amount(_ text: Substring, of size: Int64, fraction: Bool) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= (fraction ? 2 : 1),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }),
      let whole = Int64(parts[0])
    else { return nil }
    let (product, overflows) = whole.multipliedReportingOverflow(by: size)
    if overflows { return nil }
    guard parts.count == 2 else { return product }
    let thousandths = Int64((parts[1] + "00").prefix(3)) ?? 0
    let (total, isTooMuch) = product.addingReportingOverflow(thousandths)
    return isTooMuch ? nil : total
  }
}
