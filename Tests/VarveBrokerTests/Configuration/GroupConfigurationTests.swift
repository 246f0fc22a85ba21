import Testing
import VarveBase
import VarveBroker
import VarveTestKit

/// What holds for a group: its own configs, within the server's bounds, over the server's.
struct GroupConfigurationTests {
  /// Kafka 4.3's reference of group configs.
  @Test func `names and defaults are Kafka's`() {
    let kafkas = GroupConfigTable.all.filter {
      $0.name.hasPrefix("consumer.") || $0.name.hasPrefix("share.")
    }
    let standards = Dictionary(uniqueKeysWithValues: kafkas.map { ($0.name, $0.standard) })
    #expect(
      standards == [
        "consumer.heartbeat.interval.ms": "5000", "consumer.session.timeout.ms": "45000",
        "share.auto.offset.reset": "latest", "share.delivery.count.limit": "5",
        "share.heartbeat.interval.ms": "5000", "share.isolation.level": "read_uncommitted",
        "share.partition.max.record.locks": "2000", "share.record.lock.duration.ms": "30000",
        "share.renew.acknowledge.enable": "true", "share.session.timeout.ms": "45000",
      ])
  }

  @Test func `a group that sets nothing is no queue, and has no dead letters`() throws {
    let own = GroupConfigTable.all.filter {
      !$0.name.hasPrefix("consumer.") && !$0.name.hasPrefix("share.")
    }
    #expect(
      own.map { "\($0.name)=\($0.standard)" } == [
        "errors.deadletterqueue.topic.name=", "varve.deduplication.ids.max=1000000",
        "varve.deduplication.window.ms=0",
        "varve.priority.order=strict", "varve.queue.enable=false", "varve.retry.backoff=fixed",
        "varve.retry.delay.max.ms=3600000", "varve.retry.delay.ms=0", "varve.trace.enable=false",
        "varve.ttl.ms=-1",
      ])
    #expect(try GroupConfiguration().deadLetterTopic == nil)
  }

  @Test func `a group says, else the server, else the default`() throws {
    let server = try ServerDefaults(file: ["group.share.record.lock.duration.ms": "20000"])
    let configuration = try GroupConfiguration(
      ["share.isolation.level": "read_committed", "share.renew.acknowledge.enable": "FALSE"],
      server: server)
    #expect(configuration.recordLockDuration == 20_000)
    #expect(configuration.readsCommitted && !configuration.allowsRenewal)
    #expect(configuration.deliveryCountLimit == 5)
    #expect(configuration.partitionRecordLocksMax == 2000)
    #expect(configuration.offsetReset == .latest)
    let own = try GroupConfiguration(["share.record.lock.duration.ms": "60000"], server: server)
    #expect(own.recordLockDuration == 60_000)
  }

  @Test func `a consumer group's session and heartbeats are its own, else the server's`() throws {
    let server = try ServerDefaults(file: ["group.consumer.heartbeat.interval.ms": "200"])
    let configuration = try GroupConfiguration(
      ["consumer.session.timeout.ms": "50000"], server: server)
    #expect(configuration.consumerSessionTimeout == 50_000)
    #expect(configuration.consumerHeartbeatInterval == 200)
  }

  @Test func `what was stored under other bounds is taken to the nearest`() throws {
    let stored = GroupConfiguration(
      stored: ["share.delivery.count.limit": "99", "share.session.timeout.ms": "soon", "x": "1"])
    #expect(stored.deliveryCountLimit == 10 && stored.sessionTimeout == 45_000)
    #expect(throws: ConfigError.self) {
      try GroupConfiguration(["share.delivery.count.limit": "99"])
    }
    let wider = try ServerDefaults(file: ["group.share.max.delivery.count.limit": "25"])
    let configuration = try GroupConfiguration(
      ["share.delivery.count.limit": "20"], server: wider)
    #expect(configuration.deliveryCountLimit == 20)
  }

  @Test func `a server's value that is out of its own bounds is refused`() throws {
    let server = try ServerDefaults(file: ["group.share.session.timeout.ms": "1000"])
    let error = #expect(throws: ConfigError.self) { _ = try GroupConfiguration(server: server) }
    #expect(error?.description.contains("group.share.min.session.timeout.ms") == true)
  }

  @Test func `a session is longer than the time between heartbeats`() throws {
    let server = try ServerDefaults(file: [
      "group.share.min.session.timeout.ms": "1000", "group.share.session.timeout.ms": "5000",
    ])
    #expect(throws: ConfigError.self) { _ = try GroupConfiguration(server: server) }
  }

  @Test(arguments: [
    ("PT0S", 0), ("PT1.5S", 1500), ("PT0.0009S", 0), ("P1D", 86_400_000),
    ("P1DT2H3M4.05S", 93_784_050), ("pt10m", 600_000),
  ])
  func `a duration is read as ISO 8601 writes it`(text: String, milliseconds: Int64) {
    #expect(ShareOffsetReset("by_duration:" + text) == .byDuration(milliseconds))
  }

  @Test(arguments: [
    "", "P", "PT", "P1DT", "1D", "PT-1S", "-PT1S", "PT1M1H", "PT1.5M", "PT1", "PTS", "PT1.S",
    "P99999999999999999D", "PT1S1S", "P1S",
  ])
  func `what is no duration is none`(text: String) {
    #expect(ShareOffsetReset("by_duration:" + text) == nil)
  }

  @Test func `groups keep their configs when the broker is opened again`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let broker = try BrokerGroupsTests.open(on: disk)
    try broker.alterGroupConfigs(
      of: "g", [.set(name: "share.auto.offset.reset", value: "earliest")], onlyValidates: false)
    try broker.alterGroupConfigs(
      of: "h", [.set(name: "share.auto.offset.reset", value: "earliest")], onlyValidates: true)
    try broker.close()
    let again = try BrokerGroupsTests.open(on: disk)
    #expect(again.groupConfiguration(of: "g").offsetReset == .earliest)
    #expect(again.configuredGroups == ["g"])
    try again.alterGroupConfigs(
      of: "g", [.delete(name: "share.auto.offset.reset")], onlyValidates: false)
    #expect(again.configuredGroups.isEmpty)
    try again.close()
  }
}
