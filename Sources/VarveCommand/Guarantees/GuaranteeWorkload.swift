import Varve

/// What goes through each program, and how often it is killed.
struct GuaranteeWorkload: Sendable {
  let records: Int
  let batchRecords: Int
  let partitions: Int32
  let kills: Int
  let seed: UInt64

  init(_ call: Invocation) throws(UsageError) {
    records = try call.number("records", in: 1...100_000_000) ?? 100_000
    // So many numbers are less than a batch may have, whatever they are.
    batchRecords = try call.number("batch-records", in: 1...10_000) ?? 100
    partitions = try call.number("partitions", in: 1...1000) ?? 4
    seed = try call.number("seed", in: 0...UInt64.max) ?? 1
    // Each life begins a batch at least, and some are to be left for the last.
    let limit = (records - 1) / batchRecords
    let asked = try call.number("kills", in: 0...100_000) ?? min(20, limit)
    guard asked <= limit else {
      throw UsageError(
        "\(records) records in batches of \(batchRecords) are enough for \(limit) kills, "
          + "not \(asked)"
      )
    }
    kills = asked
  }

  var batches: Int { (records + batchRecords - 1) / batchRecords }

  /// How many batches a program begins at most before it is killed: so few that all lives together
  /// never come to the end.
  var batchesPerLife: Int { max(1, (batches - 1) / max(1, kills)) }

  /// The same moments for each guarantee.
  var random: Moments { Moments(seed: seed) }
}

/// Random numbers that a seed decides: SplitMix64 (Steele, Lea and Flood, 2014).
struct Moments: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
