/// Counts of durations: exact to 1 part in 16, as HdrHistogram's are to so many digits.
struct Histogram {
  private static let parts = 16
  private var counts = [Int](repeating: 0, count: 64 * parts)
  private(set) var count = 0
  private(set) var longest: UInt64 = 0

  init() {}

  /// As another program tells it: only its median and 99 % mean something.
  init(median: Double, p99: Double, count: Int) {
    let most = max(1, count / 50)
    counts[Self.bucket(UInt64(median * 1e6))] = count - most
    counts[Self.bucket(UInt64(p99 * 1e6))] += most
    self.count = count
    longest = UInt64(p99 * 1e6)
  }

  /// What all of them counted.
  init(all histograms: [Histogram]) {
    for histogram in histograms { add(histogram) }
  }

  mutating func add(_ nanoseconds: UInt64) {
    counts[Self.bucket(nanoseconds)] += 1
    count += 1
    longest = max(longest, nanoseconds)
  }

  /// Adds what another one counted.
  mutating func add(_ other: Histogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    longest = max(longest, other.longest)
  }

  /// What was counted since an earlier state. The longest is of all.
  func subtracting(_ earlier: Histogram) -> Histogram {
    var rest = self
    for index in counts.indices { rest.counts[index] -= earlier.counts[index] }
    rest.count -= earlier.count
    return rest
  }

  private static func bucket(_ value: UInt64) -> Int {
    let exponent = 63 - (value | 1).leadingZeroBitCount
    guard exponent >= 4 else { return Int(value) }
    return exponent * parts + Int(value >> UInt64(exponent - 4)) & (parts - 1)
  }

  private static func upperBound(_ bucket: Int) -> UInt64 {
    let exponent = bucket / parts
    guard exponent >= 4 else { return UInt64(bucket) }
    return (UInt64(parts + bucket % parts + 1) << UInt64(exponent - 4)) - 1
  }

  /// The time that a share of the durations does not pass, in nanoseconds.
  func percentile(_ share: Double) -> Double {
    var rest = Int((Double(count) * share).rounded(.up))
    for (bucket, count) in counts.enumerated() {
      rest -= count
      if rest <= 0 { return Double(Self.upperBound(bucket)) }
    }
    return Double(longest)
  }

  /// How many of the durations, from 0 to 1, are longer than a time, to the bucket.
  func share(over nanoseconds: UInt64) -> Double {
    guard count > 0 else { return .nan }
    let longer = counts[(Self.bucket(nanoseconds) + 1)...].reduce(0, +)
    return Double(longer) / Double(count)
  }

  /// A line for each doubling with durations in it.
  var lines: [String] {
    let doublings = (0..<64).map { exponent in
      counts[exponent * Self.parts..<(exponent + 1) * Self.parts].reduce(0, +)
    }
    let most = doublings.max() ?? 0
    return doublings.enumerated().compactMap { exponent, number in
      guard number > 0 else { return nil }
      let upper = Table.number(Double(UInt64(2) << UInt64(exponent)) / 1000)
      let bar = String(repeating: "█", count: max(1, number * 40 / max(1, most)))
      return "\(Table.column("< \(upper) µs", 12)) \(Table.column("\(number)", -8)) \(bar)"
    }
  }
}
