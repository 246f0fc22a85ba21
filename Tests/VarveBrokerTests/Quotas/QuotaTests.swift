import Testing
import VarveBroker
import VarveProtocol
import VarveTestKit

/// Goal: the quota that Kafka's documentation names holds, and a client that waits as it is told
/// keeps to it. Method: Kafka's order written out as a list; a clock that we move.
@Suite struct QuotaTests {
  private static func part(_ type: String, _ name: String?) -> ClientQuotaRecord.Part {
    var part = ClientQuotaRecord.Part()
    (part.type, part.name) = (type, name)
    return part
  }

  /// The levels, the first that is set wins, with whom a client of u and c shares each.
  private static let levels: [(parts: [ClientQuotaRecord.Part], user: String?, clientID: String?)] =
    [
      ([part("user", "u"), part("client-id", "c")], "u", "c"),
      ([part("user", "u"), part("client-id", nil)], "u", "c"),
      ([part("user", "u")], "u", nil),
      ([part("user", nil), part("client-id", "c")], "u", "c"),
      ([part("user", nil), part("client-id", nil)], "u", "c"),
      ([part("user", nil)], "u", nil),
      ([part("client-id", "c")], nil, "c"),
      ([part("client-id", nil)], nil, "c"),
    ]

  @Test("G63: of all sets of quotas the most particular one holds")
  func precedence() {
    for set in 0..<(1 << Self.levels.count) {
      var quotas: [QuotaEntity: [String: Double]] = [
        // Of somebody else, and of another kind.
        QuotaEntity([Self.part("user", "x")]): ["producer_byte_rate": 99],
        QuotaEntity([Self.part("user", "u"), Self.part("client-id", "x")]): [
          "producer_byte_rate": 98
        ],
      ]
      var expected: QuotaTable.Match?
      for (index, level) in Self.levels.enumerated() where set & (1 << index) != 0 {
        quotas[QuotaEntity(level.parts), default: [:]]["producer_byte_rate"] = Double(index + 1)
        if expected == nil {
          expected = QuotaTable.Match(
            limit: Double(index + 1), user: level.user, clientID: level.clientID)
        }
      }
      let table = QuotaTable(quotas)
      #expect(table.match(.producerByteRate, user: "u", clientID: "c") == expected, "\(set)")
      #expect(table.match(.consumerByteRate, user: "u", clientID: "c") == nil)
    }
  }

  @Test("G63: a client that waits as it is told is within a tenth of its quota")
  func rate() {
    for seed in 0..<50 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let limit = Double.random(in: 100...1e8, using: &generator)
      let largest = limit * Double.random(in: 0.01...30, using: &generator)
      var now: UInt64 = 1
      var bucket = QuotaBucket(limit: limit, at: now)
      var total = 0.0
      while now < 600_000_000_000 || total < 100 * largest {
        let amount = Double.random(in: 0...largest, using: &generator)
        let owed = bucket.take(amount, limit: limit, at: now)
        total += amount
        #expect(owed >= 0)
        let wait = min(owed, QuotaKind.producerByteRate.waitMillisecondsMax)
        // What a request takes by itself is nothing beside the wait.
        now += UInt64(wait) * 1_000_000 + 1_000
      }
      let rate = total / (Double(now) / 1e9)
      #expect(rate < limit * 1.1 && rate > limit * 0.9, "seed \(seed): \(rate / limit)")
    }
  }

  @Test func `a client that stays below its quota never waits`() {
    var bucket = QuotaBucket(limit: 1_000, at: 0)
    for second in 0..<100 as Range<UInt64> {
      #expect(bucket.take(999, limit: 1_000, at: second * 1_000_000_000) == 0)
    }
  }

  @Test func `clients of one user share its quota, those of a default have one each`() {
    let quotas = ClientQuotas(ManualTime())
    let table = QuotaTable([
      QuotaEntity([Self.part("user", "u")]): ["producer_byte_rate": 1_000],
      QuotaEntity([Self.part("client-id", nil)]): ["producer_byte_rate": 1_000],
    ])
    quotas.update { table }
    func take(_ user: String, _ client: String) -> Int64 {
      quotas.take(1_000, of: .producerByteRate, user: user, clientID: client)
    }
    #expect([take("u", "a"), take("u", "b")] == [0, 1_000])
    #expect([take("v", "a"), take("v", "b"), take("w", "a")] == [0, 0, 1_000])
    quotas.update { QuotaTable() }
    #expect(take("u", "a") == 0)
  }

  @Test func `clients that change their names all the time are forgotten, users are not`() {
    let time = ManualTime()
    let quotas = ClientQuotas(time)
    let table = QuotaTable([
      QuotaEntity([Self.part("user", "u")]): ["producer_byte_rate": 1_000],
      QuotaEntity([Self.part("client-id", nil)]): ["producer_byte_rate": 1_000],
    ])
    quotas.update { table }
    func take(_ user: String, _ client: String) -> Int64 {
      quotas.take(2_000, of: .producerByteRate, user: user, clientID: client)
    }
    #expect(take("u", "a") == 1_000)
    #expect(take("v", "first") == 1_000)
    #expect(take("v", "first") == 3_000)
    for number in 0..<10_000 { _ = take("v", "\(number)") }
    #expect(take("v", "first") == 1_000)
    #expect(take("u", "a") == 3_000)
    let long = String(repeating: "x", count: 30_000)
    #expect(take("v", long) == 1_000)
    #expect(take("v", long + "y") == 3_000)
  }

  @Test func `a wait for time is a second at most, for bytes a minute`() {
    let quotas = ClientQuotas(ManualTime())
    let table = QuotaTable([
      QuotaEntity([Self.part("user", nil)]): [
        "producer_byte_rate": 1_000, "request_percentage": 10,
      ]
    ])
    quotas.update { table }
    func take(_ kind: QuotaKind) -> Int64 {
      quotas.take(1_000_000, of: kind, user: "u", clientID: "c")
    }
    #expect([take(.requestPercentage), take(.producerByteRate)] == [1_000, 60_000])
    #expect(quotas.amountMax(of: .producerByteRate, user: "u", clientID: "c") == 10_000)
    #expect(quotas.amountMax(of: .consumerByteRate, user: "u", clientID: "c") == nil)
  }

  @Test("G63: quotas are in force again once the directory is opened again")
  func reopened() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let entity = QuotaEntity([Self.part("client-id", "c"), Self.part("user", "u")])
    var broker = try Broker.open("data", on: disk)
    try broker.alterQuotas(of: entity, [.producerByteRate: 1_000, .consumerByteRate: 2_000])
    try broker.alterQuotas(of: entity, [.consumerByteRate: nil])
    let end = broker.metadataEnd.offset
    try broker.alterQuotas(of: entity, [.producerByteRate: 1_000, .consumerByteRate: nil])
    #expect(broker.metadataEnd.offset == end, "what is so already is not written again")
    try broker.close()
    broker = try Broker.open("data", on: disk)
    #expect(broker.quotas == [entity: ["producer_byte_rate": 1_000]])
    let wait = broker.clientQuotas.take(
      2_000, of: .producerByteRate, user: "u", clientID: "c")
    #expect(wait == 1_000)
    try broker.close()
  }
}
